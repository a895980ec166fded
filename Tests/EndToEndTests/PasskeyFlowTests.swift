// SPDX-License-Identifier: Apache-2.0
import Foundation
import SoftwarePasskey
import StampClient
import Testing
import TurnkeyClient

@Suite("A page's session, from its passkey to its end", .timeLimit(.minutes(15)))
struct PasskeyFlowTests {
    @Test("one approval starts a session, and reads and writes ask nobody again", arguments: [0, 2])
    func session(pendingPolls: Int) async throws {
        try await System.withStage(sandbox: ["--pending-polls", "\(pendingPolls)"]) { stage in
            let turnkey = try stage.makeTurnkey()
            try await stage.registerPasskey(turnkey)
            let prompts = stage.passkey.promptCount
            let session = try await createSession(stage, turnkey, seconds: 900)
            #expect(stage.passkey.promptCount == prompts + 1)
            #expect(try await turnkey.iframeClient().injectCredentialBundle(session))
            #expect(try await stage.control.getSession().expiresInMilliseconds <= 897_000)

            let client = try await expectSession(turnkey)
            let whoami = try await client.getWhoami()
            let ready = stage.sandbox.ready
            #expect([whoami.organizationId, whoami.userId] == [ready.organizationId, ready.userId])
            let query = try JSONEncoder().encode(["organizationId": ready.organizationId, "userId": ready.userId])
            let keys = String(decoding: try await client.query("get_api_keys", body: query), as: UTF8.self)
            #expect(keys.contains(session.publicKey.text))
            let new = NewAPIKey(apiKeyName: "é", publicKey: try PublicKey(Credential().publicKey))
            #expect(try await client.createApiKeys(userId: ready.userId, apiKeys: [new]).count == 1)
            #expect(stage.passkey.promptCount == prompts + 1)

            try await stage.control.endSession()
            let passkey = try await expectPasskey(turnkey)
            #expect(stage.passkey.promptCount == prompts + 1)
            #expect(try await passkey.api.getWhoami().userId == ready.userId)
            #expect(stage.passkey.promptCount == prompts + 2)
        }
    }

    @Test("once the frame's session has expired, the passkey is who stamps")
    func expiry() async throws {
        try await System.withStage { stage in
            let turnkey = try stage.makeTurnkey()
            try await stage.registerPasskey(turnkey)
            let session = try await createSession(stage, turnkey, seconds: 900)
            let events = try await stage.control.monitor()
            try await inject(session, stage, seconds: 1)
            for try await event in events where event.kind == .sessionExpired { break }
            let prompts = stage.passkey.promptCount
            let passkey = try await expectPasskey(turnkey)
            #expect(stage.passkey.promptCount == prompts)
            let again = try await passkey.createPasskeySession(
                userId: stage.sandbox.ready.userId,
                targetPublicKey: stage.control.initEmbeddedKey().publicKey
            )
            #expect(stage.passkey.promptCount == prompts + 1)
            try await inject(again, stage, seconds: again.remainingSeconds())
            _ = try await expectSession(turnkey)
        }
    }

    @Test("a key that expires at the API first ends the frame's session, for every client")
    func expiryAtAPI() async throws {
        try await System.withStage { stage in
            let turnkey = try stage.makeTurnkey()
            try await stage.registerPasskey(turnkey)
            let session = try await createSession(stage, turnkey, seconds: 2)
            let other = StampClient(stage.address, deadline: .seconds(patience))
            let events = try await other.monitor()
            try await inject(session, stage, seconds: 600)
            let client = turnkey.sessionClient()
            let error = try await System.poll("the key's end at the API") { () -> APIError? in
                do throws(TurnkeyError) {
                    _ = try await client.getWhoami()
                    return nil
                } catch {
                    guard case .api(let error) = error else { throw error }
                    return error
                }
            }
            #expect(error.kind == .apiKeyExpired)
            for try await event in events where event.kind != .sessionStarted {
                #expect((event.kind, event.publicKey) == (.sessionRejected, session.publicKey))
                break
            }
            await #expect(throws: StampError.noSession(session: "default", fallback: .passkey)) {
                try await other.stamp(payload: "{}")
            }
            _ = try await expectPasskey(turnkey)
        }
    }

    @Test("a key that the API has deleted ends the session; one that another organization does not know does not")
    func deletedKey() async throws {
        try await System.withStage { stage in
            let fixture = stage.frame.directory + "/fixture.json"
            let foreignId = UUID().uuidString.lowercased()
            let organizations = ["Own", "Foreign"].map { name in
                var organization: [String: Any] = ["organizationName": name, "users": [["userName": "Root"]]]
                if name == "Foreign" { organization["organizationId"] = foreignId }
                return organization
            }
            try JSONSerialization.data(withJSONObject: ["organizations": organizations])
                .write(to: URL(filePath: fixture))
            let sandbox = try System.Sandbox(in: stage.frame.directory, ["--fixture", fixture])
            defer { sandbox.process.end() }
            let stage = System.Stage(frame: stage.frame, sandbox: sandbox)

            let turnkey = try stage.makeTurnkey()
            let credential = try stage.frame.startSession(organizationId: sandbox.ready.organizationId)
            let key = NewAPIKey(apiKeyName: "session", publicKey: try PublicKey(credential.publicKey))
            let root = try stage.makeRoot(turnkey)
            let ids = try await root.createApiKeys(userId: sandbox.ready.userId, apiKeys: [key])
            let client = try await expectSession(turnkey)
            let foreign = try JSONEncoder().encode(["organizationId": foreignId])
            await #expect { try await client.query("whoami", body: foreign) } throws: { error in
                if case .unknownKey(foreignId, _)? = error as? TurnkeyError { true } else { false }
            }
            _ = try await expectSession(turnkey)

            let parameters: [String: Any] = ["userId": sandbox.ready.userId, "apiKeyIds": ids]
            let body = try stage.makeSubmission("ACTIVITY_TYPE_DELETE_API_KEYS", parameters)
            _ = try await root.submit("delete_api_keys", body: body)
            await #expect { try await client.getWhoami() } throws: { isKeyUnknown($0) }
            #expect(try await stage.control.listSessions().isEmpty)
        }
    }

    private func isKeyUnknown(_ error: any Error) -> Bool {
        if case .api(let error)? = error as? TurnkeyError { error.kind == .publicKeyNotFound } else { false }
    }

    private func createSession(
        _ stage: System.Stage,
        _ turnkey: Turnkey,
        seconds: Int
    ) async throws -> PasskeySession {
        try await turnkey.passkeyClient().createPasskeySession(
            userId: stage.sandbox.ready.userId,
            targetPublicKey: stage.control.initEmbeddedKey().publicKey,
            expirationSeconds: seconds
        )
    }

    @discardableResult
    private func inject(_ session: PasskeySession, _ stage: System.Stage, seconds: Int) async throws -> Session {
        try await stage.control.injectCredentialBundle(
            session.credentialBundle,
            terms: SessionTerms(
                expirationSeconds: seconds,
                organizationId: session.organizationId,
                userId: session.userId
            ),
            expectPublicKey: session.publicKey
        )
    }

    private func expectSession(_ turnkey: Turnkey) async throws -> APIClient {
        let active = try await turnkey.getActiveClient()
        guard case .session(let client) = active else {
            Issue.record("the passkey was chosen")
            return active.api
        }
        return client
    }

    private func expectPasskey(_ turnkey: Turnkey) async throws -> PasskeyClient {
        if case .passkey(let client) = try await turnkey.getActiveClient() { return client }
        Issue.record("the session was chosen")
        return try turnkey.passkeyClient()
    }
}
