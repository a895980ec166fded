// SPDX-License-Identifier: Apache-2.0
import Foundation
package import StampClient

/// The organization and user that the API finds behind a stamp.
// The API writes the members of whoami into several answers, and so do the types of this library.
public struct Whoami: Codable, Sendable, Hashable {
    /// The organization's id.
    public let organizationId: String
    /// The organization's name.
    public let organizationName: String
    /// The user's id.
    public let userId: String
    /// The user's name.
    public let username: String
}

extension APIClient {
    /// Asks the API which user the stamper stamps for.
    ///
    /// - Throws: As ``APIClient/query(_:body:)``.
    public func getWhoami() async throws(TurnkeyError) -> Whoami {
        try Self.read(Whoami.self, from: try await askWhoami())
    }

    /// Asks whoami, and returns the answer as it came.
    package func askWhoami() async throws(TurnkeyError) -> StrictJSON {
        try await answer(to: "whoami", body: try Self.makeBody(OrganizationQuery(organizationId: organizationId)))
    }

    /// Returns an activity in whatever state it is.
    ///
    /// - Throws: As ``APIClient/query(_:body:)``.
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
