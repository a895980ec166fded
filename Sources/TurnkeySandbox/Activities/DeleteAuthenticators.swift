// SPDX-License-Identifier: Apache-2.0
import Foundation

/// `delete_authenticators`: removes all of the named passkeys of a user, or none.
struct DeleteAuthenticators: OrganizationCommand {
    static let kind = ActivityKind(
        type: "ACTIVITY_TYPE_DELETE_AUTHENTICATORS",
        intentKey: "deleteAuthenticatorsIntent",
        resultKey: "deleteAuthenticatorsResult"
    )

    private let userId: String
    private let authenticatorIds: [String]

    init(reading parameters: inout FieldReader, as _: ActivityKind) throws(APIRefusal) {
        userId = try parameters.name("userId")
        authenticatorIds = try parameters.strings("authenticatorIds")
        guard !authenticatorIds.isEmpty else { throw parameters.invalid("authenticatorIds", "must not be empty") }
    }

    func concernsOnly(_ userId: UUID) -> Bool {
        UUID(uuidString: self.userId) == userId
    }

    func execute(in organization: inout Organization, for context: ActivityContext) throws(APIRefusal) -> JSONObject {
        var user = try organization.user(userId)
        var ids: [JSONValue] = []
        for text in authenticatorIds {
            guard let id = UUID(uuidString: text), user.authenticators.contains(where: { $0.id == id }) else {
                throw .authenticatorNotFound
            }
            user.removeAuthenticator(id)
            ids.append(.string(id.text))
        }
        organization.update(user)
        return ["authenticatorIds": .array(ids)]
    }
}
