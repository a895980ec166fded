// SPDX-License-Identifier: Apache-2.0
package import Foundation

/// Whom the API takes a stamp for.
public struct Whoami: Codable, Sendable, Hashable {
    public let organizationId: String
    public let organizationName: String
    public let userId: String
    public let username: String
}

extension APIClient {
    public func getWhoami() async throws(TurnkeyError) -> Whoami {
        try readWhoami(try await query("whoami", body: try makeWhoamiBody()))
    }

    package func makeWhoamiBody() throws(TurnkeyError) -> Data {
        try Self.makeBody(OrganizationQuery(organizationId: organizationId))
    }

    package func readWhoami(_ answer: Data) throws(TurnkeyError) -> Whoami {
        try Self.read(Whoami.self, from: answer)
    }

    /// What has become of an activity, whatever that is.
    public func getActivity(_ activityId: String) async throws(TurnkeyError) -> Activity {
        let body = try Self.makeBody(ActivityQuery(organizationId: organizationId, activityId: activityId))
        return try Activity(try await query("get_activity", body: body))
    }
}

private struct OrganizationQuery: Encodable {
    let organizationId: String
}
