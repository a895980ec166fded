// SPDX-License-Identifier: Apache-2.0

/// What the typed calls are made of.
extension APIClient {
    /// Asks a query whose body is the organization and texts.
    func ask<Answer: Decodable>(
        _ path: String,
        _ arguments: [String: String] = [:],
        for type: Answer.Type
    ) async throws(TurnkeyError) -> Answer {
        let body = try Self.makeBody(arguments.merging(["organizationId": organizationId]) { $1 })
        return try Self.read(type, from: try await answer(to: path, body: body))
    }

    /// Submits an activity, and reads the member `result` of what came of it.
    func perform<Result: Decodable>(
        _ path: String,
        _ type: String,
        _ parameters: some Encodable,
        _ result: String,
        as _: Result.Type
    ) async throws(TurnkeyError) -> Result {
        let request = ActivityRequest(type: type, organizationId: organizationId, parameters: parameters)
        let activity = try await submit(path, body: try Self.makeBody(request))
        return try activity.readResult(result, as: Result.self)
    }
}
