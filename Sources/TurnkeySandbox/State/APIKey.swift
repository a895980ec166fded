// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A key that a user stamps with.
struct APIKey {
    /// How the key was made. `invalidateExisting` removes keys of the same kind only.
    enum Kind: String {
        case apiKey = "CREDENTIAL_TYPE_API_KEY_P256"
        case readWriteSession = "CREDENTIAL_TYPE_READ_WRITE_SESSION_KEY_P256"
        case login = "CREDENTIAL_TYPE_LOGIN"
        case emailAuth = "CREDENTIAL_TYPE_EMAIL_AUTH_KEY_P256"
    }

    let id: UUID
    let name: String
    let publicKey: APIPublicKey
    let kind: Kind
    let createdAt: Date
    /// `nil` for a long-lived key.
    let expiration: Expiration?
    /// The profile that limits the key's session, if there is one.
    var sessionProfileId: UUID?

    func hasExpired(at now: Date) -> Bool {
        guard let expiration else { return false }
        return now >= expiration.date(from: createdAt)
    }

    var json: JSONObject {
        var credential: JSONObject = ["publicKey": .string(publicKey.hex), "type": .string(kind.rawValue)]
        credential["sessionProfileId"] = sessionProfileId.map { .string($0.text) }
        var object: JSONObject = [
            "credential": .object(credential),
            "apiKeyId": .string(id.text),
            "apiKeyName": .string(name),
            "createdAt": createdAt.json,
            "updatedAt": createdAt.json,
        ]
        object["expirationSeconds"] = expiration.map { .string(String($0.seconds)) }
        return object
    }
}
