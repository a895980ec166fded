// SPDX-License-Identifier: Apache-2.0
import Foundation
package import StampClient

/// Whom the API takes a stamp for.
public struct Whoami: Codable, Sendable, Hashable {
    public let organizationId: String
    public let organizationName: String
    public let userId: String
    public let username: String
}

extension APIClient {
    public func getWhoami() async throws(TurnkeyError) -> Whoami {
        try Self.read(Whoami.self, from: try await askWhoami())
    }

    /// The answer as it came.
    package func askWhoami() async throws(TurnkeyError) -> StrictJSON {
        try await answer(to: "whoami", body: try Self.makeBody(OrganizationQuery(organizationId: organizationId)))
    }

    /// What has become of an activity, whatever that is.
    public func getActivity(_ activityId: String) async throws(TurnkeyError) -> Activity {
        let body = try Self.makeBody(ActivityQuery(organizationId: organizationId, activityId: activityId))
        let activity = try Activity(try await answer(to: "get_activity", body: body))
        guard activity.id == activityId else { throw .unexpectedAnswer(httpStatus: 200, detail: "another activity") }
        return activity
    }
}

private struct OrganizationQuery: Encodable {
    let organizationId: String
}
