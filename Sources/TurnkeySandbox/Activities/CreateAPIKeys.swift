// SPDX-License-Identifier: Apache-2.0
import Foundation

/// `create_api_keys`: registers public keys for a user; long-lived where they have no `expirationSeconds`.
struct CreateAPIKeys: ActivityCommand {
    static let kind = ActivityKind(
        type: "ACTIVITY_TYPE_CREATE_API_KEYS_V2",
        intentKey: "createApiKeysIntentV2",
        resultKey: "createApiKeysResult"
    )

    private struct NewKey {
        let name: String
        let publicKey: APIPublicKey
        let expiration: Expiration?

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
    }

    private let userId: String
    private let keys: [NewKey]

    init(reading parameters: inout FieldReader) throws(APIRefusal) {
        userId = try parameters.name("userId")
        var keys: [NewKey] = []
        for var reader in try parameters.readers("apiKeys") {
            keys.append(try NewKey(reading: &reader))
        }
        guard !keys.isEmpty else { throw parameters.invalid("apiKeys", "must not be empty") }
        self.keys = keys
    }

    func execute(in organization: inout Organization, for context: ActivityContext) throws(APIRefusal) -> JSONObject {
        let user = try organization.user(userId)
        var ids: [JSONValue] = []
        for key in keys {
            let id = UUID()
            try organization.add(
                APIKey(
                    id: id,
                    name: key.name,
                    publicKey: key.publicKey,
                    kind: .apiKey,
                    createdAt: context.now,
                    expiration: key.expiration
                ),
                to: user.id
            )
            ids.append(.string(id.text))
        }
        return ["apiKeyIds": .array(ids)]
    }
}
