// SPDX-License-Identifier: Apache-2.0

extension APIClient {
    /// Approves an activity that waits for consensus, which its fingerprint names; answers what the vote made of it.
    ///
    /// It may still wait for others, or be pending: `waitForActivity` follows it.
    @discardableResult
    public func approveActivity(fingerprint: String) async throws(TurnkeyError) -> Activity {
        try await vote("approve_activity", "ACTIVITY_TYPE_APPROVE_ACTIVITY", fingerprint)
    }

    /// Rejects an activity that waits for consensus, which its fingerprint names; answers what the vote made of it.
    @discardableResult
    public func rejectActivity(fingerprint: String) async throws(TurnkeyError) -> Activity {
        try await vote("reject_activity", "ACTIVITY_TYPE_REJECT_ACTIVITY", fingerprint)
    }

    /// The organization's activities, the newest first; the path is `list_activities`.
    ///
    /// The API answers at most `limit` of them, up to 100: those behind the activity `after`, or the newest. Statuses such as
    /// `ACTIVITY_STATUS_CONSENSUS_NEEDED` and types such as `ACTIVITY_TYPE_SIGN_TRANSACTION_V2` choose among them; none: any.
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

    /// A vote is no activity of its own: what is answered is the one that it is about, whatever has become of it.
    private func vote(_ path: String, _ type: String, _ fingerprint: String) async throws(TurnkeyError) -> Activity {
        let request = ActivityRequest(
            type: type,
            organizationId: organizationId,
            parameters: VoteParameters(fingerprint: fingerprint)
        )
        return try await begin(path, body: try Self.makeBody(request))
    }
}

/// An activity as a list has it; `getActivity` has all of it.
public struct ActivitySummary: Sendable, Hashable, Decodable {
    public let id: String
    /// Such as `ACTIVITY_STATUS_CONSENSUS_NEEDED`.
    public let status: String
    /// Such as `ACTIVITY_TYPE_SIGN_TRANSACTION_V2`.
    public let type: String
    /// What an approval names.
    public let fingerprint: String
    /// Whether a vote of who asks would count.
    public let canApprove: Bool
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
