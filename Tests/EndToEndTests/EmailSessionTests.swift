// SPDX-License-Identifier: Apache-2.0
import Foundation
import SoftwarePasskey
import StampClient
import Testing
import TurnkeyClient

@Suite("A session that comes by e-mail, or from the API itself", .timeLimit(.minutes(15)))
struct EmailSessionTests {
    private struct Mailbox: Decodable {
        struct Message: Decodable {
            let to: String
            let appName: String
            let userId: String
            let credentialBundle: String
        }

        let messages: [Message]
    }

    @Test("the bundle of an e-mail starts a session by \"stampctl inject\", and stampctl is that user")
    func stampctl() async throws {
        try await withMail { stage, mail in
            let injected = try run(
                stage,
                ["inject", "--session", "mail", "--expiration-seconds", "600"],
                mail.credentialBundle
            )
            #expect(injected.status == 0, "\(injected.errors)")
            #expect(!injected.output.contains(mail.credentialBundle))
            let whoami = try run(stage, ["whoami", "--session", "mail", "--json"])
            #expect(whoami.status == 0, "\(whoami.errors)")
            #expect(try whoami.json["userId"] as? String == mail.userId)
            #expect(stage.passkey.promptCount == 0)
        }
    }

    @Test("and by injectCredentialBundle, for as long as was asked of the API")
    func library() async throws {
        try await withMail { stage, mail in
            let turnkey = try stage.makeTurnkey()
            let client = try await turnkey.iframeClient(session: "mail")
            #expect(try await client.injectCredentialBundle(mail.credentialBundle, expirationSeconds: 600))
            #expect(try await client.getWhoami().userId == mail.userId)
            let left = try await stage.control.getSession("mail").expiresInMilliseconds
            #expect((500_000...600_000).contains(left))
            #expect(stage.passkey.promptCount == 0)
        }
    }

    @Test("for another frame's key, or a second time past its end, the e-mail is worth nothing")
    func elsewhere() async throws {
        try await withMail { stage, mail in
            try await System.withFrame { other in
                let control = ControlClient(
                    FrameAddress(socketDirectory: other.directory),
                    deadline: .seconds(patience)
                )
                _ = try await control.initEmbeddedKey()
                await #expect(throws: StampError.self) {
                    try await control.injectCredentialBundle(mail.credentialBundle)
                }
            }
            _ = try await stage.control.resetEmbeddedKey()
            _ = try await stage.control.initEmbeddedKey()
            let injected = try run(stage, ["inject"], mail.credentialBundle)
            #expect(injected.status == 5)
            #expect(!injected.errors.contains(mail.credentialBundle))
        }
    }

    @Test("a key that the API makes itself arrives sealed, by one approval")
    func readWriteSession() async throws {
        try await System.withStage { stage in
            let turnkey = try stage.makeTurnkey()
            try await stage.registerPasskey(turnkey)
            let session = try await turnkey.passkeyClient().loginWithPasskey(way: .readWriteSession)
            #expect(stage.passkey.promptCount == 2)
            let client = try await turnkey.getActiveClient().api
            let keys = try await client.getApiKeys(userId: session.userId)
            let key = try #require(keys.first { $0.publicKey == session.publicKey.text })
            #expect(key.type == "CREDENTIAL_TYPE_READ_WRITE_SESSION_KEY_P256" && key.expirationSeconds == 900)
        }
    }

    /// Has the API mail a session to a user, sealed to the stage's frame.
    private func withMail(_ body: (System.Stage, Mailbox.Message) async throws -> Void) async throws {
        try await System.withStage { stage in
            let root = try stage.makeRoot(stage.makeTurnkey())
            let ids = try await root.createUsers([NewUser(userName: "Grace", userEmail: "grace@example.com")])
            let mailed = try await root.emailAuth(
                email: "grace@example.com",
                targetPublicKey: try await stage.control.initEmbeddedKey().publicKey,
                appName: "stampd",
                expirationSeconds: 600
            )
            #expect(mailed.userId == ids[0])
            let port = URLComponents(string: stage.sandbox.ready.baseUrl)?.port ?? 0
            let answer = try RawHTTP.exchange(port: port, ["GET /sandbox/mailbox HTTP/1.1", "Host: 127.0.0.1"])
            let messages = try JSONDecoder().decode(Mailbox.self, from: Data(answer.body.utf8)).messages
            let mail = try #require(messages.first)
            #expect(messages.count == 1 && mail.to == "grace@example.com" && mail.appName == "stampd")
            #expect(mail.userId == ids[0])
            try await body(stage, mail)
        }
    }

    private func run(
        _ stage: System.Stage,
        _ arguments: [String],
        _ input: String = ""
    ) throws -> System.StampctlRun {
        let ready = stage.sandbox.ready
        return try System.StampctlRun(
            arguments + ["--socket-directory", stage.frame.directory],
            input: input,
            environment: [
                "TURNKEY_API_BASE_URL": ready.baseUrl, "TURNKEY_ORGANIZATION_ID": ready.organizationId,
                "XDG_STATE_HOME": stage.frame.directory + "/state",
            ]
        )
    }
}
