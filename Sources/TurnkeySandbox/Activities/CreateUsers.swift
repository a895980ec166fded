// SPDX-License-Identifier: Apache-2.0
import Foundation

/// `create_users`: adds users who are not root users, with their API keys and passkeys; all of them or none.
struct CreateUsers: OrganizationCommand {
    static let kind = makeKind(version: 4)
    /// Clients send the third version too, which only differs in its members for OAuth.
    static let kinds = [kind, makeKind(version: 3)]

    private let users: [NewUser]

    init(reading parameters: inout FieldReader, as _: ActivityKind) throws(APIRefusal) {
        var users: [NewUser] = []
        for var reader in try parameters.readers("users") {
            users.append(try NewUser(reading: &reader))
            try reader.emptyArray("userTags")
            try reader.finish()
        }
        guard !users.isEmpty else { throw parameters.invalid("users", "must not be empty") }
        self.users = users
    }

    func execute(in organization: inout Organization, for context: ActivityContext) throws(APIRefusal) -> JSONObject {
        var ids: [JSONValue] = []
        for user in users {
            ids.append(.string(try user.add(to: &organization, isRoot: false, for: context).text))
        }
        return ["userIds": .array(ids)]
    }

    private static func makeKind(version: Int) -> ActivityKind {
        ActivityKind(
            type: "ACTIVITY_TYPE_CREATE_USERS_V\(version)",
            intentKey: "createUsersIntentV\(version)",
            resultKey: "createUsersResult"
        )
    }
}
