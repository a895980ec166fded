// SPDX-License-Identifier: Apache-2.0
import Foundation

/// `create_api_keys`: registers public keys for a user; long-lived if they have no `expirationSeconds`.
struct CreateAPIKeys: OrganizationCommand {
    static let kind = ActivityKind(
        type: "ACTIVITY_TYPE_CREATE_API_KEYS_V2",
        intentKey: "createApiKeysIntentV2",
        resultKey: "createApiKeysResult"
    )

    private let userId: String
    private let keys: [NewAPIKey]

    init(reading parameters: inout FieldReader, as _: ActivityKind) throws(APIRefusal) {
        userId = try parameters.name("userId")
        var keys: [NewAPIKey] = []
        for var reader in try parameters.readers("apiKeys") {
            keys.append(try NewAPIKey(reading: &reader))
        }
        guard !keys.isEmpty else { throw parameters.invalid("apiKeys", "must not be empty") }
        self.keys = keys
    }

    func concernsOnly(_ userId: UUID) -> Bool {
        UUID(uuidString: self.userId) == userId
    }

    func execute(in organization: inout Organization, for context: ActivityContext) throws(APIRefusal) -> JSONObject {
        let user = try organization.user(userId)
        var ids: [JSONValue] = []
        for key in keys {
            ids.append(.string(try key.add(to: user.id, in: &organization, at: context.now).text))
        }
        return ["apiKeyIds": .array(ids)]
    }
}
