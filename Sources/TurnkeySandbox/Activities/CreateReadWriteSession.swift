// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation

/// `create_read_write_session`: makes a session's key here and answers its private half sealed to the target key.
struct CreateReadWriteSession: ActivityCommand {
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

    init(reading parameters: inout FieldReader) throws(APIRefusal) {
        let text = try parameters.name("targetPublicKey")
        // Uncompressed only: the target's bytes go into the additional data as they are written.
        guard text.utf8.count == 130, let bytes = Hex.decode(text),
            let target = try? P256.KeyAgreement.PublicKey(x963Representation: bytes)
        else {
            throw parameters.invalid("targetPublicKey", "must be an uncompressed P-256 point in 130 hex digits")
        }
        self.target = target
        expiration = try parameters.expiration() ?? .session
        userId = try parameters.optionalString("userId")
        apiKeyName = try parameters.optionalString("apiKeyName")
        invalidatesExisting = try parameters.optionalBool("invalidateExisting") ?? false
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
