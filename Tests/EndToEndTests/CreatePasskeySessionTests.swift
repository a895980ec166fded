// SPDX-License-Identifier: Apache-2.0
import Foundation
import SoftwarePasskey
import StampClient
import Testing
import TurnkeyClient

@Suite("Create a user passkey session, as Turnkey's page has it", .timeLimit(.minutes(15)))
struct CreatePasskeySessionTests {
    @Test("the tutorial's Swift, from its first line to its last: it reads like the page")
    func page() async throws {
        try await System.withStage { stage in
            try await stage.registerPasskey(stage.makeTurnkey())
            let ready = stage.sandbox.ready
            let users = try await passkeySessionExample(
                (ready.baseUrl, ready.organizationId, ready.notarizerPublicKey),
                socketDirectory: stage.frame.directory,
                stateDirectory: stage.stateDirectory,
                passkey: stage.passkey
            )
            #expect(users.map(\.userName) == [ready.username, "grace"])
            // To register the passkey, to log in, for each session, and after the end of one: nobody is asked for what a
            // session stamps.
            #expect(stage.passkey.promptCount == 5)
            #expect(try await stage.control.listSessions().isEmpty)
        }
    }

    @Test("the page's words: who is logged in, where, and whose key")
    func words() async throws {
        try await System.withStage { stage in
            let turnkey = try stage.makeTurnkey()
            #expect(try turnkey.getCurrentUser() == nil)
            try await stage.registerPasskey(turnkey)
            try await turnkey.passkeyClient().login()
            let currentUser = try #require(try turnkey.getCurrentUser())
            #expect(currentUser.userId == stage.sandbox.ready.userId)
            #expect(currentUser.organization.organizationId == turnkey.config.defaultOrganizationId)
            let key = try await turnkey.iframeClient().iframePublicKey
            #expect(try await stage.control.getEmbeddedPublicKey().publicKey == key)
        }
    }

    @Test("the bundle's text is accepted as well, and lives as long as is left of it, in another process too")
    func text() async throws {
        try await System.withStage { stage in
            let turnkey = try await stage.logIn()
            let target = try await turnkey.iframeClient().iframePublicKey
            let session = try await turnkey.passkeyClient().createPasskeySession(
                targetPublicKey: target,
                expirationSeconds: 600
            )
            let restarted = try stage.makeTurnkey()
            #expect(try await restarted.iframeClient().injectCredentialBundle(session.credentialBundle))
            let left = try await stage.control.getSession().expiresInMilliseconds
            #expect((500_000...597_000).contains(left))
            #expect(try restarted.getCurrentUser()?.userId == stage.sandbox.ready.userId)
        }
    }

    @Test("a restarted client picks up a session that was approved and never injected")
    func restart() async throws {
        try await System.withStage { stage in
            let turnkey = try await stage.logIn()
            let target = try await turnkey.iframeClient().iframePublicKey
            let session = try await turnkey.passkeyClient().createPasskeySession(targetPublicKey: target)
            let prompts = stage.passkey.promptCount
            let restarted = try stage.makeTurnkey()
            #expect(try await restarted.sessions.list().map(\.state) == [.restorable])
            guard case .session = try await restarted.getActiveClient() else {
                Issue.record("the passkey was chosen")
                return
            }
            #expect(stage.passkey.promptCount == prompts)
            #expect(try await stage.control.getSession().publicKey == session.publicKey)
            // What somebody ends afterwards stays ended.
            try await stage.control.endSession()
            guard case .passkey = try await restarted.getActiveClient() else {
                Issue.record("an ended session came back")
                return
            }
        }
    }

    @Test("a session longer than the frame allows is refused before the tap", arguments: [86_401, 0, -1])
    func tooLong(_ seconds: Int) async throws {
        try await System.withStage { stage in
            let turnkey = try await stage.logIn()
            let prompts = stage.passkey.promptCount
            let target = try await turnkey.iframeClient().iframePublicKey
            await #expect {
                try await turnkey.passkeyClient().createPasskeySession(
                    targetPublicKey: target,
                    expirationSeconds: seconds
                )
            } throws: {
                isExpirationFault($0)
            }
            await #expect {
                try await turnkey.passkeyClient().loginWithPasskey(expirationSeconds: seconds)
            } throws: {
                isExpirationFault($0)
            }
            #expect(stage.passkey.promptCount == prompts)
        }
    }

    @Test("a frame that allows less than others is asked, not guessed")
    func ownMaximum() async throws {
        try await System.withDirectory { directory in
            let frame = try FrameProcess(in: directory.path, ["--maximum-expiration-seconds", "60"])
            defer { frame.end() }
            let sandbox = try System.Sandbox(in: frame.directory, [])
            defer { sandbox.process.end() }
            let stage = System.Stage(frame: frame, sandbox: sandbox)
            let turnkey = try await stage.logIn()
            let prompts = stage.passkey.promptCount
            await #expect {
                try await turnkey.passkeyClient().loginWithPasskey(expirationSeconds: 61)
            } throws: {
                isExpirationFault($0)
            }
            #expect(stage.passkey.promptCount == prompts)
            try await turnkey.passkeyClient().loginWithPasskey(expirationSeconds: 60)
        }
    }

    @Test("before anybody has logged in no user is known, and nobody is asked")
    func notLoggedIn() async throws {
        try await System.withStage { stage in
            let turnkey = try stage.makeTurnkey()
            #expect(try turnkey.getCurrentUser() == nil)
            let target = try await turnkey.iframeClient().iframePublicKey
            await #expect {
                try await turnkey.passkeyClient().createPasskeySession(targetPublicKey: target)
            } throws: { error in
                if case .notLoggedIn? = error as? TurnkeyError { true } else { false }
            }
            #expect(stage.passkey.promptCount == 0)
        }
    }

    private func isExpirationFault(_ error: any Error) -> Bool {
        switch error as? TurnkeyError {
        case .configuration(.expirationTooLong), .configuration(.invalidExpiration): true
        default: false
        }
    }
}
