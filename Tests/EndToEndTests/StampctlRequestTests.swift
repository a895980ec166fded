// SPDX-License-Identifier: Apache-2.0
import Foundation
import StampClient
import Testing
import TurnkeyClient

@Suite("stampctl at the API", .timeLimit(.minutes(15)))
struct StampctlRequestTests {
    @Test("whoami --json is the API's answer, byte for byte, and its text names organization and user")
    func whoami() async throws {
        try await System.withStage { stage in
            let turnkey = try await stage.startSession()
            let ready = stage.sandbox.ready
            let body = try JSONEncoder().encode(["organizationId": ready.organizationId])
            let answer = try await stage.makeRoot(turnkey).query("whoami", body: body)
            let json = try run(stage, ["whoami", "--json", "--organization-id", ready.organizationId])
            #expect(json.status == 0)
            #expect(json.output == String(decoding: answer, as: UTF8.self) + "\n")
            let text = try run(stage, ["whoami"], environment: ["TURNKEY_ORGANIZATION_ID": ready.organizationId])
            #expect(text.status == 0)
            for expected in [ready.organizationId, ready.userId, ready.username] {
                #expect(text.output.contains(expected))
            }
        }
    }

    @Test("request query reads and request submit writes, from standard input and from a file")
    func requests() async throws {
        try await System.withStage(sandbox: ["--pending-polls", "1"]) { stage in
            _ = try await stage.startSession()
            let ready = stage.sandbox.ready
            let parameters = stage.makeKeyParameters("By stampctl", Credential().publicKey)
            let file = stage.frame.directory + "/body.json"
            try stage.makeSubmission("ACTIVITY_TYPE_CREATE_API_KEYS_V2", parameters).write(to: URL(filePath: file))
            let submitted = try run(stage, ["request", "submit", "create_api_keys", file])
            #expect(submitted.status == 0, "\(submitted.errors)")
            let activity = try submitted.json["activity"] as? [String: Any]
            #expect(activity?["status"] as? String == "ACTIVITY_STATUS_COMPLETED")
            // A newline at its end is part of what is stamped and sent.
            let query = #"{"organizationId":"\#(ready.organizationId)","userId":"\#(ready.userId)"}"# + "\n"
            let keys = try run(stage, ["request", "query", "get_api_keys"], input: query)
            #expect(keys.status == 0, "\(keys.errors)")
            #expect(keys.output.contains("By stampctl"))
        }
    }

    @Test("the API's refusals exit by their fallback: never, or ask the passkey")
    func refusals() async throws {
        try await System.withStage { stage in
            let turnkey = try await stage.startSession()
            let foreign = try run(stage, ["whoami", "--organization-id", UUID().uuidString])
            #expect(foreign.status == 5)
            #expect(foreign.errors.contains("ORGANIZATION_NOT_FOUND"))
            // Two sessions whose keys nobody has registered; of one it is known whose it is to be.
            let unclaimed = try stage.frame.startSession("unclaimed").publicKey
            let organizationId = stage.sandbox.ready.organizationId
            let refused = try run(stage, ["whoami", "--session", "unclaimed", "--organization-id", organizationId])
            #expect(refused.status == 5)
            #expect(refused.errors.hasPrefix("stampctl: organization \(organizationId) does not know this key\n"))
            #expect(refused.errors.contains("hint: look at --organization-id"))
            #expect(try await turnkey.frame.listSessions().contains { $0.publicKey.text == unclaimed })
            try await turnkey.control.endSession("unclaimed")
            let key = try await turnkey.control.createSessionKey(session: "stranger")
            _ = try await turnkey.control.activateSession(
                publicKey: key,
                terms: SessionTerms(expirationSeconds: 600, organizationId: organizationId)
            )
            let options = ["--session", "stranger", "--organization-id", organizationId]
            let stranger = try run(stage, ["whoami", "--rp-id", "example.com"] + options)
            #expect(stranger.status == 3)
            #expect(stranger.errors.contains("PUBLIC_KEY_NOT_FOUND"))
            #expect(stranger.errors.contains("hint: \"stampctl login\" with a passkey of example.com"))
            // It was told to the frame.
            let again = try run(stage, ["whoami"] + options)
            #expect(again.status == 3)
            #expect(again.errors.hasPrefix("stampctl: no session \"stranger\""))
            #expect(try await turnkey.frame.listSessions().map(\.name) == ["default"])
        }
    }

    @Test("an API that is down exits 69, and so does a frame that is not there")
    func unavailable() async throws {
        try await System.withStage { stage in
            _ = try await stage.startSession()
            stage.sandbox.process.send(SIGTERM)
            #expect(try stage.sandbox.process.wait() == .exited(0))
            let arguments = ["whoami", "--organization-id", stage.sandbox.ready.organizationId]
            let apiDown = try run(stage, arguments)
            #expect(apiDown.status == 69)
            #expect(apiDown.errors.contains(stage.sandbox.ready.baseUrl))
            #expect(try stage.frame.stop() == .exited(0))
            let frameDown = try run(stage, arguments)
            #expect(frameDown.status == 69)
            #expect(frameDown.errors.contains(stage.frame.directory))
        }
    }

    @Test("no organization, another scheme and a body that is not JSON's text are wrong usage")
    func usage() async throws {
        try await System.withStage { stage in
            #expect(try run(stage, ["whoami"]).status == 64)
            let http = ["whoami", "--organization-id", "o", "--api-base-url", "http://example.com"]
            #expect(try run(stage, http).status == 64)
            let file = stage.frame.directory + "/bytes"
            try Data([0xFF]).write(to: URL(filePath: file))
            #expect(try run(stage, ["request", "query", "whoami", file]).status == 64)
        }
    }

    private func run(
        _ stage: System.Stage,
        _ arguments: [String],
        input: String = "",
        environment: [String: String] = [:]
    ) throws -> System.StampctlRun {
        try System.StampctlRun(
            arguments + ["--socket-directory", stage.frame.directory],
            input: input,
            environment: ["TURNKEY_API_BASE_URL": stage.sandbox.ready.baseUrl].merging(environment) { $1 }
        )
    }
}
