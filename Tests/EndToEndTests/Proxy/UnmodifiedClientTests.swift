// SPDX-License-Identifier: Apache-2.0
import Foundation
import SoftwarePasskey
import Testing

@testable import TurnkeySandbox

@Suite("Clients that are written for Turnkey, as they are", .timeLimit(.minutes(15)))
struct UnmodifiedClientTests {
    private static let whoami = ["whoami.sh", "whoami.mjs", "whoami.py"]
    private static let fixture = ["--fixture", repository("examples/sandbox/acme.json").path]

    @Test("PyPI's turnkey-http makes every call that the sandbox serves, through exec")
    func typedCalls() async throws {
        try await System.withStage(sandbox: Self.fixture) { stage in
            _ = try await stage.startSession()
            let command =
                Program.script("prove_typed_calls.py") + [stage.sandbox.readyFile, repository("examples/sandbox").path]
            let passkey = String(decoding: try JSONEncoder().encode(stage.passkey.registration()), as: UTF8.self)
            let run = try stage.run(["exec", "--"] + command, ["AUTHENTICATOR": passkey])
            #expect(run.status == 0, "\(run.output)\(run.errors)")
            let called = run.output.split(separator: "\n").compactMap {
                $0.hasPrefix("ok: called ") ? $0.dropFirst(11) : nil
            }
            #expect(Set(called.map(String.init)) == Set(Endpoint.allCases.map(\.rawValue)))
        }
    }

    @Test("curl, Node's fetch and Python's requests work through exec", arguments: whoami)
    func exec(_ client: String) async throws {
        try await System.withStage { stage in
            _ = try await stage.startSession()
            let run = try stage.run(["exec", "--"] + Program.client(client))
            #expect(run.status == 0 && run.output.contains(stage.sandbox.ready.username), "\(run.output)\(run.errors)")
        }
    }

    @Test(
        "the same, with a delegate's pair at 127.0.0.1, and curl with it at a Unix socket; the rules know the delegate"
    )
    func delegate() async throws {
        try await ProxiedStage.with(
            ProxiedStage.placeholders + ["--listen", "unix:DIR/proxy"],
            rules: ProxiedStage.agentAsksWho
        ) { stage in
            let placeholder = try stage.makePlaceholder()
            let environment = ProxiedStage.makeEnvironment(placeholder, baseURL: stage.places[0], stage.system)
            for client in Self.whoami {
                let run = try Program.run(Program.client(client), environment)
                #expect(
                    run.ending == .exited(0) && run.text.contains(stage.system.sandbox.ready.username),
                    "\(client): \(run.text)"
                )
            }
            let more = ["SOCKET": "\(stage.system.frame.directory)/proxy", "TURNKEY_API_BASE_URL": "http://localhost"]
            let run = try Program.run(Program.client("whoami.sh"), environment.merging(more) { $1 })
            #expect(run.ending == .exited(0) && run.text.contains(stage.system.sandbox.ready.username), "\(run.text)")
        }
    }
}
