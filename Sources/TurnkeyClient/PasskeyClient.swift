// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation

/// The API with each request approved by the user's passkey.
public struct PasskeyClient: Sendable {
    /// For any other request: each is one approval.
    public let api: APIClient

    /// Makes a P-256 key, has one approval register it at the API, and seals it to `targetPublicKey`.
    ///
    /// `targetPublicKey` is a frame's embedded key, uncompressed, 130 lower-case hex digits. The key's private half is in
    /// this process's memory until this returns, and nowhere else outside the bundle. A pending registration is polled with
    /// the new key itself, so that nobody is asked again.
    /// - Throws: `.configuration` before anybody is asked; as `APIClient.submit`.
    public func createPasskeySession(
        userId: String,
        targetPublicKey: String,
        expirationSeconds: Int = 900
    ) async throws(TurnkeyError) -> PasskeySession {
        guard expirationSeconds > 0 else { throw .configuration(.invalidExpiration(expirationSeconds)) }
        let credential = P256.Signing.PrivateKey()
        let bundle = try CredentialBundle.seal(credential, to: targetPublicKey)
        let (startedAt, start) = (Date(), ContinuousClock.now)
        let key = APIKeyStamper(credential)
        try await register(key, for: userId, expirationSeconds: expirationSeconds, at: startedAt)
        let life = Duration.seconds(expirationSeconds) - PasskeySession.safetyMargin
        return PasskeySession(
            credentialBundle: bundle,
            publicKey: key.publicKey,
            userId: userId,
            organizationId: api.organizationId,
            expiresAt: startedAt + TimeInterval(life.components.seconds),
            deadline: start + life
        )
    }

    private func register(
        _ key: APIKeyStamper,
        for userId: String,
        expirationSeconds: Int,
        at now: Date
    ) async throws(TurnkeyError) {
        let newKey = NewAPIKey(
            apiKeyName: "Session Key \(Int64(now.timeIntervalSince1970 * 1_000))",
            publicKey: key.publicKey,
            expirationSeconds: expirationSeconds
        )
        let body = try api.makeCreateApiKeysBody(userId: userId, apiKeys: [newKey])
        let activity = try await api.begin("create_api_keys", body: body)
        guard activity.isPending else { return try activity.checkCompleted() }
        _ = try await api.follow(activity, stampedBy: key, isRegistering: true)
    }
}
