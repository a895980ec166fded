// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A user's passkey.
struct Authenticator {
    let id: UUID
    let name: String
    let credentialId: Data
    let key: COSEKey
    let aaguid: Data
    let transports: [String]
    /// The relying party for which it was registered, and works.
    let rpId: String
    let createdAt: Date
    /// The counter of the last accepted assertion.
    var counter: UInt32

    var json: JSONObject {
        [
            "transports": .array(transports.map { .string($0) }),
            "attestationType": "none",
            "aaguid": .string(Base64URL.encode(aaguid)),
            "credentialId": .string(Base64URL.encode(credentialId)),
            "model": "Security key",
            "credential": [
                "publicKey": .string(Base64URL.encode(key.bytes)), "type": "CREDENTIAL_TYPE_WEBAUTHN_AUTHENTICATOR",
            ],
            "authenticatorId": .string(id.text),
            "authenticatorName": .string(name),
            "createdAt": createdAt.json,
            "updatedAt": createdAt.json,
        ]
    }
}
