// SPDX-License-Identifier: Apache-2.0
import Foundation

/// `create_session_profile`: makes a bound that sessions of the organization and of those below it can have.
struct CreateSessionProfile: OrganizationCommand {
    static let kind = ActivityKind(
        type: "ACTIVITY_TYPE_CREATE_SESSION_PROFILE",
        intentKey: "createSessionProfileIntent",
        resultKey: "createSessionProfileResult"
    )

    private let name: String
    private let scope: PolicyExpression
    private let expiration: Expiration?
    private let notes: String?

    init(reading parameters: inout FieldReader, as _: ActivityKind) throws(APIRefusal) {
        name = try parameters.name("sessionProfileName")
        guard let scope = PolicyExpression(try parameters.name("scope")) else {
            throw parameters.invalid("scope", "is not an expression that this sandbox reads")
        }
        self.scope = scope
        expiration = try parameters.expiration()
        notes = try parameters.optionalString("notes")
    }

    func execute(in organization: inout Organization, for context: ActivityContext) throws(APIRefusal) -> JSONObject {
        guard organization.parentId == nil else { throw .notInSubOrganization(Self.kind.type) }
        let profile = SessionProfile(
            id: UUID(),
            name: name,
            scope: scope,
            expiration: expiration,
            notes: notes,
            createdAt: context.now
        )
        organization.add(profile)
        return ["sessionProfileId": .string(profile.id.text)]
    }
}
