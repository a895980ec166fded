// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A public key to register, as a submission describes it; long-lived if it has no `expirationSeconds`.
struct NewAPIKey {
    private let name: String
    private let publicKey: APIPublicKey
    private let expiration: Expiration?

    init(reading reader: inout FieldReader) throws(APIRefusal) {
        name = try reader.name("apiKeyName")
        let curve = try reader.name("curveType")
        switch curve {
        case "API_KEY_CURVE_P256": break
        case "API_KEY_CURVE_SECP256K1", "API_KEY_CURVE_ED25519": throw .curveNotServed(curve)
        default: throw reader.invalid("curveType", "is not a curve type")
        }
        publicKey = try reader.publicKey("publicKey")
        expiration = try reader.expiration()
        try reader.finish()
    }

    /// Registers the key, and returns its id.
    func add(to userId: UUID, in organization: inout Organization, at now: Date) throws(APIRefusal) -> UUID {
        let key = APIKey(
            id: UUID(),
            name: name,
            publicKey: publicKey,
            kind: .apiKey,
            createdAt: now,
            expiration: expiration
        )
        try organization.add(key, to: userId)
        return key.id
    }
}
