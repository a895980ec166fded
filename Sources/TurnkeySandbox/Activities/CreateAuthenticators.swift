// SPDX-License-Identifier: Apache-2.0
import Foundation

/// `create_authenticators`: registers passkeys for a user.
struct CreateAuthenticators: OrganizationCommand {
    static let kind = ActivityKind(
        type: "ACTIVITY_TYPE_CREATE_AUTHENTICATORS_V2",
        intentKey: "createAuthenticatorsIntentV2",
        resultKey: "createAuthenticatorsResult"
    )

    private let userId: String
    private let authenticators: [NewAuthenticator]

    init(reading parameters: inout FieldReader, as _: ActivityKind) throws(APIRefusal) {
        userId = try parameters.name("userId")
        var authenticators: [NewAuthenticator] = []
        for var reader in try parameters.readers("authenticators") {
            authenticators.append(try NewAuthenticator(reading: &reader))
        }
        guard !authenticators.isEmpty else { throw parameters.invalid("authenticators", "must not be empty") }
        self.authenticators = authenticators
    }

    func concernsOnly(_ userId: UUID) -> Bool {
        UUID(uuidString: self.userId) == userId
    }

    func execute(in organization: inout Organization, for context: ActivityContext) throws(APIRefusal) -> JSONObject {
        let user = try organization.user(userId)
        var ids: [JSONValue] = []
        for authenticator in authenticators {
            ids.append(.string(try authenticator.add(to: user.id, in: &organization, for: context).text))
        }
        return ["authenticatorIds": .array(ids)]
    }
}
