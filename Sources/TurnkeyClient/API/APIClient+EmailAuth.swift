// SPDX-License-Identifier: Apache-2.0

/// A session whose bundle was mailed. The bundle is in the e-mail and nowhere else.
public struct MailedSession: Sendable, Hashable, Decodable {
    /// The user's id.
    public let userId: String
    /// The id of the key that the API made.
    public let apiKeyId: String
}

extension APIClient {
    /// Has the API make a session key for the user with this e-mail address, seal it to a frame, and mail the bundle,
    /// for `injectCredentialBundle` or `stampctl inject`. A user of the parent organization may ask for one of a
    /// sub-organization.
    ///
    /// - Parameters:
    ///   - email: The user's address.
    ///   - targetPublicKey: The frame's embedded key: 130 lower-case hex digits.
    ///   - appName: The program's name in the e-mail.
    ///   - expirationSeconds: The key's life.
    ///   - invalidateExisting: Whether the user's other such sessions end.
    /// - Returns: The user, and the key's id.
    /// - Throws: `.configuration` for a life of zero or fewer seconds; as ``APIClient/submit(_:body:)``.
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
