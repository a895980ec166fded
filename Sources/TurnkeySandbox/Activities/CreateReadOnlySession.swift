// SPDX-License-Identifier: Apache-2.0
import Foundation

/// `create_read_only_session`: returns a token that reads as the caller for an hour.
struct CreateReadOnlySession: OrganizationCommand {
    static let kind = ActivityKind(
        type: "ACTIVITY_TYPE_CREATE_READ_ONLY_SESSION",
        intentKey: "createReadOnlySessionIntent",
        resultKey: "createReadOnlySessionResult"
    )

    init(reading parameters: inout FieldReader, as _: ActivityKind) throws(APIRefusal) {}

    func concernsOnly(_ userId: UUID) -> Bool { true }

    func execute(in organization: inout Organization, for context: ActivityContext) throws(APIRefusal) -> JSONObject {
        let user = try organization.user(context.userId)
        let session = ReadOnlySession(of: user.id, at: context.now)
        organization.add(session)
        return [
            "organizationId": .string(organization.id.text),
            "organizationName": .string(organization.name),
            "userId": .string(user.id.text),
            "username": .string(user.name),
            "session": .string(session.token),
            "sessionExpiry": .string(String(session.expiresAt.unixSeconds)),
        ]
    }
}
