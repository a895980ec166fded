// SPDX-License-Identifier: Apache-2.0
import Foundation
import SoftwarePasskey
import StampClient
import Testing
import TurnkeyClient

@Suite("A session that was approved elsewhere, such as on the user's own site", .timeLimit(.minutes(2)))
struct ForeignLoginTests {
    @Test("a stamp_login that somebody else stamped is submitted as it is, and starts the frame's own key")
    func stamped() async throws {
        try await System.withStage { stage in
            let turnkey = try stage.makeTurnkey()
            try await stage.registerPasskey(turnkey)
            let stamper = PasskeyStamper(stage.passkey, rpId: stage.sandbox.ready.rpId)
            let session = try await turnkey.login(session: "site", expirationSeconds: 300) { request in
                let body = try makeBody(request)
                return StampedLogin(body: body, stamp: try await stamper.stamp(body), expirationSeconds: 300)
            }
            #expect(session.origin == .generated)
            #expect(session.userId == stage.sandbox.ready.userId)
            #expect(try await stage.control.getSession("site").publicKey == session.publicKey)
            #expect(try await turnkey.getActiveClient(session: "site").api.getWhoami().userId == session.userId)
            #expect(try turnkey.getCurrentUser()?.username == stage.sandbox.ready.username)
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
                    return StampedLogin(body: body, stamp: try await stamper.stamp(body), expirationSeconds: 900)
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
                    publicKey: made.publicKey,
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
