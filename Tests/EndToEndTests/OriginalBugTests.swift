// SPDX-License-Identifier: Apache-2.0
import Foundation
import SoftwarePasskey
import StampClient
import Testing
import TurnkeyClient

/// What users of the original complain of, and what is wrong in the code that its page describes: each sentence is how it
/// is here.
@Suite("What is wrong in the original is right here", .timeLimit(.minutes(15)))
struct OriginalBugTests {
    @Test("a session is not lost on reload: what is stored under one name is read under the same")
    func reload() async throws {
        try await withUser { stage, turnkey in
            let session = try await turnkey.passkeyClient().loginWithPasskey()
            let reloaded = try stage.makeTurnkey()
            #expect(try reloaded.getCurrentUser()?.userId == session.userId)
            #expect(try await reloaded.sessions.list().map(\.publicKey) == [session.publicKey])
            guard case .session = try await reloaded.getActiveClient() else {
                Issue.record("the passkey was chosen")
                return
            }
        }
    }

    @Test("a read-only session is not over at once: seconds are not taken for milliseconds")
    func readOnlyExpiry() async throws {
        try await withUser { stage, turnkey in
            let session = try await stage.makeRoot(turnkey).createReadOnlySession()
            #expect(session.expiresAt > Date() + 3_000 && session.expiresAt < Date() + 4_000)
        }
    }

    @Test("what createPasskeySession returns can be injected as it is")
    func injectsObject() async throws {
        try await withUser { _, turnkey in
            let client = try await turnkey.iframeClient()
            let target = client.iframePublicKey
            let bundle = try await turnkey.passkeyClient().createPasskeySession(targetPublicKey: target)
            #expect(try await client.injectCredentialBundle(bundle))
        }
    }

    @Test("a session that a passkey began can be refreshed, and the refresh ends none of the user's other sessions")
    func refreshEndsNobody() async throws {
        try await withUser { _, turnkey in
            let client = try turnkey.passkeyClient()
            let other = try await client.loginWithPasskey(session: "elsewhere")
            let old = try await client.loginWithPasskey()
            let new = try await turnkey.sessions.refresh()
            #expect(new.publicKey != old.publicKey)
            #expect(try await turnkey.sessionClient(session: "elsewhere").getWhoami().userId == other.userId)
            #expect(try await turnkey.sessionClient().getWhoami().userId == old.userId)
        }
    }

    @Test("expirationSeconds is not ignored, by whichever way", arguments: SessionWay.allCases)
    func expirationSeconds(_ way: SessionWay) async throws {
        try await withUser { stage, turnkey in
            let session = try await turnkey.passkeyClient().loginWithPasskey(expirationSeconds: 4_000, way: way)
            let left = try await stage.control.getSession().expiresInMilliseconds
            #expect((3_900_000...3_998_000).contains(left))
            let keys = try await turnkey.sessionClient().getApiKeys(userId: session.userId)
            #expect(keys.first { $0.publicKey == session.publicKey.text }?.expirationSeconds == 4_000)
        }
    }

    @Test("a failure does not lose its cause: not \"Unable to create passkey session.\", but which step, where and why")
    func cause() async throws {
        try await withUser { stage, turnkey in
            stage.passkey.refuse()
            let target = try await turnkey.iframeClient().iframePublicKey
            do throws(TurnkeyError) {
                _ = try await turnkey.passkeyClient().createPasskeySession(targetPublicKey: target)
                Issue.record("it was made")
            } catch {
                let expected =
                    "the session's key could not be registered (/public/v1/submit/create_api_keys): "
                    + "the passkey did not approve: refused"
                #expect(error.message == expected)
            }
        }
    }

    @Test("a pending registration asks the user once, and not once a poll")
    func onePrompt() async throws {
        try await withUser(sandbox: ["--pending-polls", "2"], isLoggedIn: false) { stage, turnkey in
            let prompts = stage.passkey.promptCount
            _ = try await turnkey.passkeyClient().createPasskeySession(
                userId: stage.sandbox.ready.userId,
                targetPublicKey: try await turnkey.iframeClient().iframePublicKey
            )
            #expect(stage.passkey.promptCount == prompts + 1)
        }
    }

    @Test("an outage does not ask for the passkey")
    func outage() async throws {
        try await withUser { stage, turnkey in
            try await turnkey.passkeyClient().loginWithPasskey()
            stage.sandbox.process.send(SIGTERM)
            _ = try stage.sandbox.process.wait()
            let prompts = stage.passkey.promptCount
            await #expect(throws: TurnkeyError.self) { try await turnkey.getActiveClient() }
            #expect(stage.passkey.promptCount == prompts)
        }
    }

    @Test("a bundle for a key that the frame no longer has is refused for that reason, and the session before it lives")
    func staleKey() async throws {
        try await withUser { stage, turnkey in
            let bundle = try await turnkey.passkeyClient().createPasskeySession(
                targetPublicKey: try await turnkey.iframeClient().iframePublicKey
            )
            try await stage.control.resetEmbeddedKey()
            let client = try await turnkey.iframeClient(session: "other")
            try await turnkey.passkeyClient().loginWithPasskey()
            do throws(TurnkeyError) {
                try await client.injectCredentialBundle(bundle.credentialBundle)
                Issue.record("it was opened")
            } catch {
                guard case .frame(let refusal) = error else {
                    Issue.record("\(error)")
                    return
                }
                #expect(refusal.fallback == .never)
                #expect(!refusal.message.contains(bundle.credentialBundle))
            }
            _ = try await turnkey.sessionClient().getWhoami()
        }
    }

    @Test("a bundle is validated before it is decrypted: length, alphabet, checksum and point each have their word")
    func validation() async throws {
        try await withUser { stage, turnkey in
            let client = try await turnkey.iframeClient()
            let good = try await turnkey.passkeyClient().createPasskeySession(targetPublicKey: client.iframePublicKey)
                .credentialBundle
            let noPoint = base64URL(Data([2] + [UInt8](repeating: 0xFF, count: 32)) + Data(count: 48))
            let bad: [(bundle: String, reason: String)] = [
                ("", "length"), (good + "!", "encoding"),
                (good.dropLast() + (good.last == "2" ? "3" : "2"), "checksum"),
                (String(good.dropLast(20)), "checksum"), (noPoint, "point"),
            ]
            for (bundle, reason) in bad {
                do throws(TurnkeyError) {
                    try await client.injectCredentialBundle(bundle)
                    Issue.record("it was taken")
                } catch {
                    #expect(error.message.hasPrefix("invalid credential bundle (\(reason)): "))
                }
            }
            #expect(try await client.injectCredentialBundle(good))
        }
    }

    @Test("a logout destroys what is in the frame and what is stored: the bundle that is left brings nothing back")
    func logout() async throws {
        try await withUser { stage, turnkey in
            let client = try await turnkey.iframeClient()
            let target = client.iframePublicKey
            let bundle = try await turnkey.passkeyClient().createPasskeySession(targetPublicKey: target)
            try await client.injectCredentialBundle(bundle)
            guard case .deleted = try await turnkey.sessions.logout(revoking: true) else {
                Issue.record("the key was not deleted")
                return
            }
            let files = try FileManager.default.contentsOfDirectory(atPath: stage.stateDirectory)
            for file in files {
                let text = try String(contentsOfFile: "\(stage.stateDirectory)/\(file)", encoding: .utf8)
                #expect(!text.contains(bundle.credentialBundle))
            }
            guard case .passkey = try await turnkey.getActiveClient() else {
                Issue.record("an ended session came back")
                return
            }
            // Whoever kept the bundle can open it with this frame, and the API does not know its key.
            try await client.injectCredentialBundle(bundle)
            await #expect { try await client.getWhoami() } throws: { error in
                guard case .api(let refusal)? = error as? TurnkeyError else { return false }
                return refusal.kind == .publicKeyNotFound
            }
        }
    }

    @Test("a session that the API ended is told to every client, in words of its own and not by a raw error")
    func endedElsewhere() async throws {
        try await withUser { stage, turnkey in
            let session = try await turnkey.passkeyClient().loginWithPasskey()
            let root = try stage.makeRoot(turnkey)
            let keys = try await root.getApiKeys(userId: session.userId).filter {
                $0.publicKey == session.publicKey.text
            }
            try await root.deleteApiKeys(userId: session.userId, apiKeyIds: keys.map(\.apiKeyId))
            let one = turnkey.sessionClient()
            await #expect { try await one.getWhoami() } throws: { ($0 as? TurnkeyError)?.fallback == .passkey }
            // Another client does not stamp with the dead key: the frame knows.
            let other = try stage.makeTurnkey().sessionClient()
            await #expect { try await other.getWhoami() } throws: { error in
                guard case .frame(.noSession)? = error as? TurnkeyError else { return false }
                return true
            }
        }
    }

    @Test("requests at the same time get each their own stamp")
    func concurrent() async throws {
        try await withUser { _, turnkey in
            try await turnkey.passkeyClient().loginWithPasskey()
            let client = try await turnkey.getActiveClient().api
            let names = (0..<20).map { "user \($0)" }
            try await withThrowingTaskGroup { group in
                for name in names { group.addTask { try await client.createUsers([NewUser(userName: name)]) } }
                try await group.waitForAll()
            }
            #expect(try await Set(client.getUsers().map(\.userName)).isSuperset(of: names))
        }
    }

    @Test("the wrong organization is said so, with what to do")
    func wrongOrganization() async throws {
        try await withUser { stage, turnkey in
            try await turnkey.passkeyClient().loginWithPasskey()
            let nowhere = turnkey.sessionClient().inOrganization(UUID().uuidString.lowercased())
            await #expect { try await nowhere.getWhoami() } throws: { error in
                guard let error = error as? TurnkeyError, case .api(let refusal) = error else { return false }
                return refusal.turnkeyErrorCode == "ORGANIZATION_NOT_FOUND" && error.fallback == .never
            }
            #expect(try await stage.control.listSessions().count == 1)
        }
    }

    private func withUser(
        sandbox options: [String] = [],
        isLoggedIn: Bool = true,
        _ body: (System.Stage, Turnkey) async throws -> Void
    ) async throws {
        try await System.withStage(sandbox: options) { stage in
            let turnkey = try stage.makeTurnkey()
            try await stage.registerPasskey(turnkey)
            if isLoggedIn { try await turnkey.passkeyClient().login() }
            try await body(stage, turnkey)
        }
    }
}
