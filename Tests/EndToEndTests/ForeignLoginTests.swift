// SPDX-License-Identifier: Apache-2.0
import Foundation
import SoftwarePasskey
import StampClient
import Testing
import TurnkeyClient

@Suite("A session that was approved elsewhere, such as on the user's own site", .timeLimit(.minutes(15)))
struct ForeignLoginTests {
    @Test("a stamp_login that somebody else stamped is submitted as it is, and starts the frame's own key")
    func stamped() async throws {
        try await System.withStage { stage in
            let turnkey = try stage.makeTurnkey()
            try await stage.registerPasskey(turnkey)
            let stamper = PasskeyStamper(stage.passkey, rpId: stage.sandbox.ready.rpId)
            let session = try await turnkey.login(session: "site", expirationSeconds: 300) { request in
                let body = try makeBody(request)
                return StampedLogin(body: body, stamp: try await stamper.stamp(body))
            }
            #expect(session.origin == .generated)
            #expect(session.userId == stage.sandbox.ready.userId)
            #expect(try await stage.control.getSession("site").publicKey == session.publicKey)
            #expect(try await turnkey.getActiveClient(session: "site").api.getWhoami().userId == session.userId)
            #expect(try turnkey.getCurrentUser()?.username == stage.sandbox.ready.username)
        }
    }

    @Test("an approval that takes as long as the session is to live leaves nothing of it, and says so")
    func slow() async throws {
        try await System.withStage { stage in
            let turnkey = try stage.makeTurnkey()
            try await stage.registerPasskey(turnkey)
            let stamper = PasskeyStamper(stage.passkey, rpId: stage.sandbox.ready.rpId)
            await #expect {
                try await turnkey.login(expirationSeconds: 10) { request in
                    try await Task.sleep(for: .seconds(8))
                    let body = try makeBody(request)
                    return StampedLogin(body: body, stamp: try await stamper.stamp(body))
                }
            } throws: { error in
                guard case .session(let failure)? = error as? TurnkeyError, failure.step == .start else { return false }
                guard case .frame(.sessionExpired("default", _)) = failure.cause else { return false }
                return failure.cause.fallback == .passkey
            }
            #expect(try await stage.control.listSessions().isEmpty)
        }
    }

    @Test("a stamp_login for another key than the frame's is not believed, and starts nothing")
    func otherKey() async throws {
        try await System.withStage { stage in
            let turnkey = try stage.makeTurnkey()
            try await stage.registerPasskey(turnkey)
            let stamper = PasskeyStamper(stage.passkey, rpId: stage.sandbox.ready.rpId)
            let other = Credential().publicKey
            await #expect {
                try await turnkey.login { request in
                    let body = try makeBody(request, publicKey: other)
                    return StampedLogin(body: body, stamp: try await stamper.stamp(body))
                }
            } throws: { error in
                guard case .session(let failure)? = error as? TurnkeyError, failure.step == .verify else {
                    return false
                }
                if case .invalidSessionToken = failure.cause { return true }
                return false
            }
            #expect(try await stage.control.listSessions().isEmpty)
        }
    }

    @Test("a bundle that somebody else made is injected for no longer than it lives")
    func bundled() async throws {
        try await System.withStage { stage in
            let turnkey = try stage.makeTurnkey()
            try await stage.registerPasskey(turnkey)
            let elsewhere = Turnkey(
                turnkey.config,
                passkey: stage.passkey,
                stateDirectory: stage.frame.directory + "/elsewhere"
            )
            let userId = stage.sandbox.ready.userId
            let session = try await turnkey.login(expirationSeconds: 600) { request in
                let made = try await elsewhere.passkeyClient().createPasskeySession(
                    userId: userId,
                    targetPublicKey: request.publicKey,
                    expirationSeconds: 300
                )
                return MadeBundle(
                    credentialBundle: made.credentialBundle,
                    publicKey: made.publicKey.text,
                    userId: made.userId,
                    organizationId: made.organizationId,
                    expirationSeconds: 300
                )
            }
            #expect(session.origin == .bundle)
            #expect(try await stage.control.getSession().expiresInMilliseconds <= 297_000)
        }
    }

    @Test("who does not approve is told of by name, and nothing is left")
    func refused() async throws {
        try await System.withStage { stage in
            let turnkey = try stage.makeTurnkey()
            await #expect {
                try await turnkey.login(bundledBy: { _ in throw SoftwarePasskeyError.refused })
            } throws: { error in
                guard case .session(let failure)? = error as? TurnkeyError else { return false }
                return failure.message.hasSuffix("the passkey did not approve: refused") && failure.remains == .nothing
            }
            #expect(try await stage.control.listSessions().isEmpty)
        }
    }

    @Test("a bundle whose key is none is refused before it is injected, and may have a registered key")
    func wrongKey() async throws {
        try await System.withStage { stage in
            let turnkey = try stage.makeTurnkey()
            let (root, owner) = (try stage.makeRoot(turnkey), stage.sandbox.ready.userId)
            await #expect {
                try await turnkey.login { request in
                    let made = try await makeBundle(root, request, userId: owner)
                    return MadeBundle(
                        credentialBundle: made.credentialBundle,
                        publicKey: made.publicKey.uppercased(),
                        userId: made.userId,
                        organizationId: made.organizationId,
                        expirationSeconds: made.expirationSeconds
                    )
                }
            } throws: { error in
                guard case .session(let failure)? = error as? TurnkeyError, failure.step == .start,
                    case .frame(.invalidParameter("expectPublicKey")) = failure.cause, case .useless = failure.remains
                else { return false }
                return true
            }
            #expect(try await stage.control.listSessions().isEmpty)
        }
    }

    @Test("a bundle whose session is another user's than it says is no session")
    func otherUser() async throws {
        try await System.withStage { stage in
            let turnkey = try stage.makeTurnkey()
            let (root, owner) = (try stage.makeRoot(turnkey), stage.sandbox.ready.userId)
            await #expect {
                try await turnkey.login { try await makeBundle(root, $0, userId: owner, saying: "somebody") }
            } throws: { error in
                guard case .session(let failure)? = error as? TurnkeyError, failure.step == .verify else {
                    return false
                }
                guard case .anotherUser(owner, "somebody") = failure.cause else { return false }
                return failure.remains == .deleted
            }
            #expect(try await stage.control.listSessions().isEmpty)
            #expect(try await turnkey.sessions.list().isEmpty)
            #expect(try turnkey.getCurrentUser() == nil)
        }
    }

    @Test("a login that is cancelled once its key is registered is whole, in the frame and in the store")
    func cancelledLate() async throws {
        try await System.withStage { stage in
            let turnkey = try stage.makeTurnkey()
            let (root, owner) = (try stage.makeRoot(turnkey), stage.sandbox.ready.userId)
            let session = try await turnkey.login { request in
                defer { withUnsafeCurrentTask { $0?.cancel() } }
                return try await makeBundle(root, request, userId: owner)
            }
            #expect(try await stage.control.listSessions().map(\.publicKey) == [session.publicKey])
            #expect(try await turnkey.sessions.list().map(\.publicKey) == [session.publicKey])
        }
    }

    @Test("a login that is cancelled, and cannot be stored, is undone all the same")
    func cancelledAndNotStored() async throws {
        try await System.withStage { stage in
            let turnkey = try stage.makeTurnkey()
            let (root, owner) = (try stage.makeRoot(turnkey), stage.sandbox.ready.userId)
            let state = stage.stateDirectory
            await #expect {
                try await turnkey.login { request in
                    defer { withUnsafeCurrentTask { $0?.cancel() } }
                    let files = try FileManager.default.contentsOfDirectory(atPath: state)
                    let new = "\(state)/\(files.first { $0.hasSuffix(".json") } ?? "").new"
                    try FileManager.default.createDirectory(atPath: new + "/x", withIntermediateDirectories: true)
                    return try await makeBundle(root, request, userId: owner)
                }
            } throws: { error in
                guard case .session(let failure)? = error as? TurnkeyError else { return false }
                return failure.step == .store && failure.remains == .deleted
            }
            #expect(try await stage.control.listSessions().isEmpty)
        }
    }

    /// A key that the user's API key registers, sealed as a site does it; `said` is whose the site says that it is.
    private func makeBundle(
        _ root: APIClient,
        _ request: LoginRequest,
        userId: String,
        saying said: String? = nil
    ) async throws -> MadeBundle {
        let credential = Credential()
        let key = NewAPIKey(apiKeyName: "site", publicKey: try PublicKey(credential.publicKey), expirationSeconds: 300)
        _ = try await root.createApiKeys(userId: userId, apiKeys: [key])
        return MadeBundle(
            credentialBundle: try credential.bundle(sealedTo: request.publicKey),
            publicKey: credential.publicKey,
            userId: said ?? userId,
            organizationId: request.organizationId,
            expirationSeconds: 300
        )
    }

    private func makeBody(_ request: LoginRequest, publicKey: String? = nil) throws -> Data {
        let parameters = [
            "publicKey": publicKey ?? request.publicKey, "expirationSeconds": "\(request.expirationSeconds)",
        ]
        return try JSONSerialization.data(withJSONObject: [
            "type": "ACTIVITY_TYPE_STAMP_LOGIN", "organizationId": request.organizationId,
            "timestampMs": String(Int64(Date().timeIntervalSince1970 * 1_000)), "parameters": parameters,
        ])
    }
}
