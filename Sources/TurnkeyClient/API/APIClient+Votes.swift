// SPDX-License-Identifier: Apache-2.0

extension APIClient {
    /// Approves an activity that waits for consensus and has this fingerprint.
    ///
    /// - Returns: The activity after the vote. It may still wait for other votes, or be pending; `waitForActivity`
    ///   follows it.
    /// - Throws: As ``APIClient/submit(_:body:)``.
    @discardableResult
    public func approveActivity(fingerprint: String) async throws(TurnkeyError) -> Activity {
        try await vote("approve_activity", "ACTIVITY_TYPE_APPROVE_ACTIVITY", fingerprint)
    }

    /// Rejects an activity that waits for consensus and has this fingerprint.
    ///
    /// - Returns: The activity after the vote.
    /// - Throws: As ``APIClient/submit(_:body:)``.
    @discardableResult
    public func rejectActivity(fingerprint: String) async throws(TurnkeyError) -> Activity {
        try await vote("reject_activity", "ACTIVITY_TYPE_REJECT_ACTIVITY", fingerprint)
    }

    /// Returns the organization's activities, the newest first. The API's path is `list_activities`.
    ///
    /// - Parameters:
    ///   - statuses: The statuses wanted, such as `ACTIVITY_STATUS_CONSENSUS_NEEDED`; empty for any.
    ///   - types: The types wanted, such as `ACTIVITY_TYPE_SIGN_TRANSACTION_V2`; empty for any.
    ///   - limit: The most activities to return, up to 100.
    ///   - activityId: Return those behind this one; nil for the newest.
    /// - Returns: The activities.
    /// - Throws: As ``APIClient/query(_:body:)``.
    public func getActivities(
        statuses: [String] = [],
        types: [String] = [],
        limit: Int = 100,
        after activityId: String? = nil
    ) async throws(TurnkeyError) -> [ActivitySummary] {
        let query = ActivitiesQuery(
            organizationId: organizationId,
            filterByStatus: statuses,
            filterByType: types,
            paginationOptions: Pagination(limit: limit, after: activityId)
        )
        let answer = try await self.answer(to: "list_activities", body: try Self.makeBody(query))
        return try Self.read(ActivitiesAnswer.self, from: answer).activities
    }

    /// Submits a vote. A vote is not an activity of its own: the answer is the activity voted on, in whatever state it
    /// is.
    private func vote(_ path: String, _ type: String, _ fingerprint: String) async throws(TurnkeyError) -> Activity {
        let request = ActivityRequest(
            type: type,
            organizationId: organizationId,
            parameters: VoteParameters(fingerprint: fingerprint)
        )
        return try await begin(path, body: try Self.makeBody(request))
    }
}

/// An activity as a list shows it; `getActivity` returns all of it.
public struct ActivitySummary: Sendable, Hashable, Decodable {
    /// The activity's id.
    public let id: String
    /// The status, such as `ACTIVITY_STATUS_CONSENSUS_NEEDED`.
    public let status: String
    /// The type, such as `ACTIVITY_TYPE_SIGN_TRANSACTION_V2`.
    public let type: String
    /// The fingerprint, which a vote names.
    public let fingerprint: String
    /// Whether this user's approval would count.
    public let canApprove: Bool
    /// Whether this user's rejection would count.
    public let canReject: Bool
}

private struct VoteParameters: Encodable {
    let fingerprint: String
}

private struct ActivitiesQuery: Encodable {
    let organizationId: String
    let filterByStatus: [String]
    let filterByType: [String]
    let paginationOptions: Pagination
}

private struct ActivitiesAnswer: Decodable {
    let activities: [ActivitySummary]
}
