// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation

/// `create_read_write_session`: makes a session's key here, and returns its private half sealed to the target key.
struct CreateReadWriteSession: OrganizationCommand {
    static let kind = ActivityKind(
        type: "ACTIVITY_TYPE_CREATE_READ_WRITE_SESSION_V2",
        intentKey: "createReadWriteSessionIntentV2",
        resultKey: "createReadWriteSessionResultV2"
    )

    private let target: P256.KeyAgreement.PublicKey
    private let userId: String?
    private let apiKeyName: String?
    private let expiration: Expiration
    private let invalidatesExisting: Bool

    init(reading parameters: inout FieldReader, as _: ActivityKind) throws(APIRefusal) {
        target = try parameters.targetPublicKey()
        expiration = try parameters.expiration() ?? .session
        userId = try parameters.optionalString("userId")
        apiKeyName = try parameters.optionalString("apiKeyName")
        invalidatesExisting = try parameters.optionalBool("invalidateExisting") ?? false
    }

    func concernsOnly(_ userId: UUID) -> Bool {
        self.userId == nil || self.userId.flatMap(UUID.init(uuidString:)) == userId
    }

    func execute(in organization: inout Organization, for context: ActivityContext) throws(APIRefusal) -> JSONObject {
        let user = try organization.user(userId ?? context.userId.text)
        let key = P256.Signing.PrivateKey()
        guard let bundle = try? SealedBundle.seal(key, to: target) else { throw .internal(UUID()) }
        let id = try organization.addSessionKey(
            APIPublicKey(key.publicKey),
            named: apiKeyName ?? "Read Write Session - \(context.now.unixSeconds)",
            kind: .readWriteSession,
            expiration: expiration,
            to: user.id,
            invalidatesExisting: invalidatesExisting,
            at: context.now
        )
        return [
            "organizationId": .string(organization.id.text),
            "organizationName": .string(organization.name),
            "userId": .string(user.id.text),
            "username": .string(user.name),
            "apiKeyId": .string(id.text),
            "credentialBundle": .string(bundle),
        ]
    }
}
