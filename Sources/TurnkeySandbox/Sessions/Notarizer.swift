// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation

/// The claims of a session token.
struct SessionClaims {
    /// The end of the session in Unix seconds.
    let exp: Int64
    let publicKey: APIPublicKey
    let userId: UUID
    let organizationId: UUID
    let profile: SessionProfile?

    var json: JSONObject {
        var object: JSONObject = [
            "exp": .integer(exp),
            "public_key": .string(publicKey.hex),
            "session_type": .string(profile?.name ?? "SESSION_TYPE_READ_WRITE"),
            "user_id": .string(userId.text),
            "organization_id": .string(organizationId.text),
        ]
        object["session_profile_id"] = profile.map { .string($0.id.text) }
        object["scope"] = profile.map { .string($0.scope.text) }
        return object
    }
}

/// The key that signs session tokens, which clients of the real API have pinned.
struct Notarizer: Sendable {
    private let key = P256.Signing.PrivateKey()

    /// The public key, uncompressed: 130 lower-case hex digits.
    var publicKeyHex: String { Hex.encode(key.publicKey.x963Representation) }

    /// Makes a JWT whose signature is r ‖ s over SHA-256(SHA-256(header.payload)): one hash more than ES256 (RFC 7518
    /// §3.4).
    ///
    /// - Returns: The token; `nil` only if encoding or signing fails.
    func makeSessionToken(_ claims: SessionClaims) -> String? {
        let header: JSONObject = ["alg": "ES256", "typ": "JWT"]
        guard let header = try? header.encoded(), let payload = try? claims.json.encoded() else { return nil }
        let signed = Base64URL.encode(header) + "." + Base64URL.encode(payload)
        let digest = SHA256.hash(data: Data(signed.utf8))
        guard let signature = try? key.signature(for: Data(digest)) else { return nil }
        return signed + "." + Base64URL.encode(signature.rawRepresentation)
    }
}
