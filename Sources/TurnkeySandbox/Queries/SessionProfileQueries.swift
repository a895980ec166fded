// SPDX-License-Identifier: Apache-2.0

/// The query `get_session_profile`.
struct GetSessionProfile: APIQuery {
    private let sessionProfileId: String

    init(reading fields: inout FieldReader) throws(APIRefusal) {
        sessionProfileId = try fields.string("sessionProfileId")
    }

    func answer(from ledger: inout Ledger, for context: QueryContext) throws(APIRefusal) -> JSONObject {
        let profile = try ledger.directory.sessionProfile(sessionProfileId, for: context.organization)
        return ["sessionProfile": .object(profile.json)]
    }
}

/// The query `get_session_profiles`.
struct GetSessionProfiles: OrganizationQuery {
    init(reading fields: inout FieldReader) {}

    func answer(from organization: Organization) -> JSONObject {
        ["sessionProfiles": .array(organization.sessionProfiles.map { .object($0.json) })]
    }
}
