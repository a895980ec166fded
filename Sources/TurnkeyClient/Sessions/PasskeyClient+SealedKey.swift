// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation

/// A key that is registered and sealed; this process can still stamp with it, to delete it where the rest fails.
struct SealedKey: Sendable {
    let session: PasskeySession
    let stamper: APIKeyStamper
}

extension PasskeyClient {
    func makeSealedKey(
        _ userId: String?,
        _ targetPublicKey: String,
        _ expirationSeconds: Int
    ) async throws(TurnkeyError) -> SealedKey {
        let credential = P256.Signing.PrivateKey()
        let bundle = try CredentialBundle.seal(credential, to: targetPublicKey)
        try await context.checkTerms(expirationSeconds: expirationSeconds, targetPublicKey: targetPublicKey)
        let stored = try await context.prepareStore()
        guard let owner = userId ?? stored?.userId else { throw .notLoggedIn }
        // A user who is not the stored one is at home where the configuration says.
        let api = owner == stored?.userId ? atHome(stored) : api
        let (start, stamper) = (Expiry.Start(), APIKeyStamper(credential))
        try await register(stamper, for: owner, api, expirationSeconds: expirationSeconds, at: start.date)
        let session = PasskeySession(
            credentialBundle: bundle,
            publicKey: stamper.publicKey,
            userId: owner,
            organizationId: api.organizationId,
            expiry: Expiry(start, expirationSeconds: expirationSeconds)
        )
        return SealedKey(session: session, stamper: stamper)
    }

    /// The API for the bodies of the user's own organization.
    func atHome(_ user: TurnkeyUser?) -> APIClient {
        user.map { api.inOrganization($0.organization.organizationId) } ?? api
    }

    /// Says what failed after a key was registered, once it has been deleted again as well as can be.
    func failure(
        _ step: SessionFailure.Step,
        _ endPoint: String?,
        _ cause: TurnkeyError,
        _ key: SealedKey,
        _ expirationSeconds: Int
    ) async -> TurnkeyError {
        let remains = await context.delete(
            key.session.publicKey,
            of: key.session.userId,
            expirationSeconds: expirationSeconds,
            stampedBy: client(key)
        )
        return .session(SessionFailure(step: step, endPoint: endPoint, cause: cause, remains: remains))
    }

    /// The API, stamped by the key itself.
    private func client(_ key: SealedKey) -> APIClient {
        APIClient(organizationId: key.session.organizationId, stamper: key.stamper, connection: context.connection)
    }

    private func register(
        _ key: APIKeyStamper,
        for userId: String,
        _ api: APIClient,
        expirationSeconds: Int,
        at now: Date
    ) async throws(TurnkeyError) {
        let newKey = NewAPIKey(
            apiKeyName: "Session Key \(Int64(saturating: now.timeIntervalSince1970 * 1_000))",
            publicKey: key.publicKey,
            expirationSeconds: expirationSeconds
        )
        let body = try api.makeCreateApiKeysBody(userId: userId, apiKeys: [newKey])
        do throws(TurnkeyError) {
            let activity = try await api.begin("create_api_keys", body: body)
            guard activity.isPending else { return try activity.checkCompleted() }
            _ = try await api.follow(activity, stampedBy: key, isRegistering: true)
        } catch {
            // The private half goes with this call: whatever was registered, nobody can stamp with it.
            let remains: SessionFailure.Remains = error.isBeforeRegistration ? .nothing : .useless(key: key.publicKey)
            let path = "/public/v1/submit/create_api_keys"
            throw .session(SessionFailure(step: .register, endPoint: path, cause: error, remains: remains))
        }
    }
}

extension TurnkeyError {
    /// Whether nothing can have been registered: nobody approved, nothing was sent, or the API said no.
    var isBeforeRegistration: Bool {
        switch self {
        case .invalidSessionToken, .clockIsWrong, .session: false
        default: !isOutcomeUnknown
        }
    }
}
