// SPDX-License-Identifier: Apache-2.0

/// A session key that was mailed; the bundle is in the e-mail, and nowhere else.
public struct MailedSession: Sendable, Hashable, Decodable {
    public let userId: String
    public let apiKeyId: String
}

extension APIClient {
    /// Has the API make a session key of whoever has `email`, seal it to `targetPublicKey` (a frame's embedded key, 130
    /// lower-case hex digits), and mail the bundle: what `injectCredentialBundle` and `stampctl inject` take.
    ///
    /// `appName` is what the e-mail calls the program. A parent's user may ask for a sub-organization's.
    public func emailAuth(
        email: String,
        targetPublicKey: String,
        appName: String,
        expirationSeconds: Int = 900,
        invalidateExisting: Bool = false
    ) async throws(TurnkeyError) -> MailedSession {
        guard expirationSeconds > 0 else { throw .configuration(.invalidExpiration(expirationSeconds)) }
        let parameters = EmailAuthParameters(
            email: email,
            targetPublicKey: targetPublicKey,
            expirationSeconds: String(expirationSeconds),
            invalidateExisting: invalidateExisting ? true : nil,
            emailCustomization: EmailAuthParameters.Customization(appName: appName)
        )
        return try await performCredentials(
            "email_auth",
            "ACTIVITY_TYPE_EMAIL_AUTH_V3",
            parameters,
            "emailAuthResult",
            as: MailedSession.self
        )
    }
}

private struct EmailAuthParameters: Encodable {
    struct Customization: Encodable {
        let appName: String
    }

    let email: String
    let targetPublicKey: String
    let expirationSeconds: String
    let invalidateExisting: Bool?
    let emailCustomization: Customization
}
