// SPDX-License-Identifier: Apache-2.0

/// The query `get_user`.
struct GetUser: OrganizationQuery {
    private let userId: String

    init(reading fields: inout FieldReader) throws(APIRefusal) {
        userId = try fields.string("userId")
    }

    func answer(from organization: Organization) throws(APIRefusal) -> JSONObject {
        ["user": .object(try organization.user(userId).json)]
    }
}

/// The query `list_users`.
struct ListUsers: OrganizationQuery {
    init(reading fields: inout FieldReader) {}

    func answer(from organization: Organization) -> JSONObject {
        ["users": .array(organization.users.map { .object($0.json) })]
    }
}
