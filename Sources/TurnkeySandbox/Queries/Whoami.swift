// SPDX-License-Identifier: Apache-2.0

/// The query `whoami`: which user the caller is, whatever organization they name.
struct Whoami: APIQuery {
    init(reading fields: inout FieldReader) {}

    func answer(from ledger: inout Ledger, for context: QueryContext) throws(APIRefusal) -> JSONObject {
        let organization = try ledger.directory.organization(context.caller.organizationId)
        let user = try organization.user(context.caller.userId)
        return [
            "organizationId": .string(organization.id.text),
            "organizationName": .string(organization.name),
            "userId": .string(user.id.text),
            "username": .string(user.name),
        ]
    }
}
