// SPDX-License-Identifier: Apache-2.0
import Foundation

/// `delete_api_keys`: removes all of the named keys of a user, or none.
struct DeleteAPIKeys: OrganizationCommand {
    static let kind = ActivityKind(
        type: "ACTIVITY_TYPE_DELETE_API_KEYS",
        intentKey: "deleteApiKeysIntent",
        resultKey: "deleteApiKeysResult"
    )

    private let userId: String
    private let apiKeyIds: [String]

    init(reading parameters: inout FieldReader, as _: ActivityKind) throws(APIRefusal) {
        userId = try parameters.name("userId")
        apiKeyIds = try parameters.strings("apiKeyIds")
        guard !apiKeyIds.isEmpty else { throw parameters.invalid("apiKeyIds", "must not be empty") }
    }

    func concernsOnly(_ userId: UUID) -> Bool {
        UUID(uuidString: self.userId) == userId
    }

    func execute(in organization: inout Organization, for context: ActivityContext) throws(APIRefusal) -> JSONObject {
        var user = try organization.user(userId)
        var ids: [JSONValue] = []
        for text in apiKeyIds {
            guard let id = UUID(uuidString: text), user.apiKeys.contains(where: { $0.id == id }) else {
                throw .apiKeyNotFound
            }
            user.removeAPIKeys { $0.id == id }
            ids.append(.string(id.text))
        }
        organization.update(user)
        return ["apiKeyIds": .array(ids)]
    }
}
