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

/// The key that session tokens are signed with, which clients of the real API have pinned.
struct Notarizer: Sendable {
    private let key = P256.Signing.PrivateKey()

    /// Uncompressed: 130 lower-case hex digits.
    var publicKeyHex: String { Hex.encode(key.publicKey.x963Representation) }

    /// A JWT whose signature is r ‖ s over SHA-256(SHA-256(header.payload)): one hash more than ES256 (RFC 7518 §3.4).
    ///
    /// - Returns: `nil` only where there is no JSON or no signature to be had at all.
    func makeSessionToken(_ claims: SessionClaims) -> String? {
        let header: JSONObject = ["alg": "ES256", "typ": "JWT"]
        guard let header = try? header.encoded(), let payload = try? claims.json.encoded() else { return nil }
        let signed = Base64URL.encode(header) + "." + Base64URL.encode(payload)
        let digest = SHA256.hash(data: Data(signed.utf8))
        guard let signature = try? key.signature(for: Data(digest)) else { return nil }
        return signed + "." + Base64URL.encode(signature.rawRepresentation)
    }
}
