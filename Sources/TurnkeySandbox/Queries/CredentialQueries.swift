// SPDX-License-Identifier: Apache-2.0
import Foundation

/// The query `get_api_keys`: those of a user, or of the caller.
struct GetAPIKeys: APIQuery {
    private let userId: String?

    init(reading fields: inout FieldReader) throws(APIRefusal) {
        userId = try fields.optionalString("userId")
    }

    func answer(from ledger: inout Ledger, for context: QueryContext) throws(APIRefusal) -> JSONObject {
        let user = try context.organization.user(userId ?? context.caller.userId.text)
        return ["apiKeys": .array(user.apiKeys.map { .object($0.json) })]
    }
}

/// The query `get_api_key`.
struct GetAPIKey: OrganizationQuery {
    private let apiKeyId: String

    init(reading fields: inout FieldReader) throws(APIRefusal) {
        apiKeyId = try fields.string("apiKeyId")
    }

    func answer(from organization: Organization) throws(APIRefusal) -> JSONObject {
        let keys = organization.users.flatMap(\.apiKeys)
        guard let key = keys.first(where: { $0.id == UUID(uuidString: apiKeyId) }) else { throw .apiKeyNotFound }
        return ["apiKey": .object(key.json)]
    }
}

/// The query `get_authenticators`: those of a user.
struct GetAuthenticators: OrganizationQuery {
    private let userId: String

    init(reading fields: inout FieldReader) throws(APIRefusal) {
        userId = try fields.string("userId")
    }

    func answer(from organization: Organization) throws(APIRefusal) -> JSONObject {
        ["authenticators": .array(try organization.user(userId).authenticators.map { .object($0.json) })]
    }
}

/// The query `get_authenticator`.
struct GetAuthenticator: OrganizationQuery {
    private let authenticatorId: String

    init(reading fields: inout FieldReader) throws(APIRefusal) {
        authenticatorId = try fields.string("authenticatorId")
    }

    func answer(from organization: Organization) throws(APIRefusal) -> JSONObject {
        let authenticators = organization.users.flatMap(\.authenticators)
        guard let found = authenticators.first(where: { $0.id == UUID(uuidString: authenticatorId) }) else {
            throw .authenticatorNotFound
        }
        return ["authenticator": .object(found.json)]
    }
}
