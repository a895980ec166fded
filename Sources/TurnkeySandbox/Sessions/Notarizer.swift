// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation

/// What a session token says.
struct SessionClaims {
    /// Unix seconds.
    let exp: Int64
    let publicKey: APIPublicKey
    let userId: UUID
    let organizationId: UUID

    var json: JSONObject {
        [
            "exp": .number(String(exp)),
            "public_key": .string(publicKey.hex),
            "session_type": "SESSION_TYPE_READ_WRITE",
            "user_id": .string(userId.text),
            "organization_id": .string(organizationId.text),
        ]
    }
}

/// The key that session tokens are signed with, which clients of the real API have pinned.
struct Notarizer: Sendable {
    private let key = P256.Signing.PrivateKey()

    /// Uncompressed: 130 lower-case hex digits.
    var publicKeyHex: String { Hex.encode(key.publicKey.x963Representation) }

    /// A JWT whose signature is r ‖ s over SHA-256(SHA-256(header.payload)): one hash more than ES256 (RFC 7518 §3.4).
    ///
    /// - Returns: `nil` only where the key cannot sign at all.
    func makeSessionToken(_ claims: SessionClaims) -> String? {
        let header: JSONObject = ["alg": "ES256", "typ": "JWT"]
        let signed = Base64URL.encode(header.text.utf8) + "." + Base64URL.encode(claims.json.text.utf8)
        let digest = SHA256.hash(data: Data(signed.utf8))
        guard let signature = try? key.signature(for: Data(digest)) else { return nil }
        return signed + "." + Base64URL.encode(signature.rawRepresentation)
    }
}
