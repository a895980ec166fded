// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation
import StampClient

/// A key that is registered and sealed. This process can still stamp with it, to delete it if a later step fails.
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
        // A user other than the stored one belongs to the configured organization.
        let api = owner == stored?.userId ? atHome(stored) : api
        let (start, stamper) = (ContinuousClock.now, APIKeyStamper(credential))
        try await register(stamper, for: owner, api, expirationSeconds: expirationSeconds, at: Date())
        let session = PasskeySession(
            credentialBundle: bundle,
            publicKey: stamper.publicKey,
            terms: RunningTerms(
                userId: owner,
                organizationId: api.organizationId,
                expiry: Expiry(start, expirationSeconds: expirationSeconds)
            )
        )
        return SealedKey(session: session, stamper: stamper)
    }

    /// Returns a client whose bodies name the user's own organization.
    func atHome(_ user: TurnkeyUser?) -> APIClient {
        user.map { api.inOrganization($0.organization.organizationId) } ?? api
    }

    /// Deletes a registered key as well as possible, and returns the failure to throw.
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

    /// Returns a client that stamps with the key itself.
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
            // The private key ends with this call, so whatever was registered cannot stamp.
            let remains: SessionFailure.Remains =
                error.isBeforeRegistration ? .nothing : .useless(key: key.publicKey.text)
            let path = "/public/v1/submit/create_api_keys"
            throw .session(SessionFailure(step: .register, endPoint: path, cause: error, remains: remains))
        }
    }
}

extension TurnkeyError {
    /// Whether nothing can have been registered: there was no approval, nothing was sent, or the API refused.
    var isBeforeRegistration: Bool {
        switch self {
        case .invalidSessionToken, .clockIsWrong, .session: false
        default: !isOutcomeUnknown
        }
    }
}
