// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation

/// `email_auth`: makes a session's key here and mails its private half, sealed to the target key, to the user.
struct EmailAuth: ActivityCommand {
    static let kind = ActivityKind(
        type: "ACTIVITY_TYPE_EMAIL_AUTH_V3",
        intentKey: "emailAuthIntentV3",
        resultKey: "emailAuthResult"
    )
    /// A user who has lost everything but their e-mail cannot stamp this, so the parent does.
    static let isOpenToParent = true

    private let email: String
    private let target: P256.KeyAgreement.PublicKey
    private let apiKeyName: String?
    private let expiration: Expiration
    private let invalidatesExisting: Bool
    private let appName: String
    private let magicLinkTemplate: String?

    init(reading parameters: inout FieldReader, as _: ActivityKind) throws(APIRefusal) {
        email = try parameters.name("email")
        target = try parameters.targetPublicKey()
        apiKeyName = try parameters.optionalString("apiKeyName")
        expiration = try parameters.expiration() ?? .session
        invalidatesExisting = try parameters.optionalBool("invalidateExisting") ?? false
        var customization = try parameters.reader("emailCustomization")
        appName = try customization.name("appName")
        magicLinkTemplate = try customization.optionalString("magicLinkTemplate")
        // The look and sender of the e-mail are ignored, as there is no e-mail to look at.
        for name in ["logoUrl", "templateVariables"] {
            _ = try customization.optionalString(name)
        }
        try customization.finish()
        for name in ["sendFromEmailAddress", "sendFromEmailSenderName", "replyToEmailAddress"] {
            _ = try parameters.optionalString(name)
        }
    }

    func execute(in directory: inout Directory, for context: ActivityContext) throws(APIRefusal) -> JSONObject {
        var organization = try directory.organization(context.organizationId)
        guard !organization.isEmailAuthDisabled else { throw .emailAuthDisabled }
        guard let user = organization.users.first(where: { $0.email == email }) else { throw .userNotFound }
        let key = P256.Signing.PrivateKey()
        guard let bundle = try? SealedBundle.seal(key, to: target) else { throw .internal(UUID()) }
        let id = try organization.addSessionKey(
            APIPublicKey(key.publicKey),
            named: apiKeyName ?? "Email Auth - \(context.now.unixSeconds)",
            kind: .emailAuth,
            expiration: expiration,
            to: user.id,
            invalidatesExisting: invalidatesExisting,
            at: context.now
        )
        directory.store(organization)
        directory.deliver(
            Mail(
                id: UUID(),
                to: email,
                appName: appName,
                organizationId: organization.id,
                userId: user.id,
                apiKeyId: id,
                credentialBundle: bundle,
                magicLink: magicLinkTemplate?.replacing("%s", with: bundle),
                sentAt: context.now
            )
        )
        return ["userId": .string(user.id.text), "apiKeyId": .string(id.text)]
    }
}
