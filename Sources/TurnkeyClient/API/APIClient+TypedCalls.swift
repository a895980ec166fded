// SPDX-License-Identifier: Apache-2.0

/// The building blocks of the typed calls.
extension APIClient {
    /// Makes a query whose body holds the organization and texts.
    func ask<Answer: Decodable>(
        _ path: String,
        _ arguments: [String: String] = [:],
        for type: Answer.Type
    ) async throws(TurnkeyError) -> Answer {
        let body = try Self.makeBody(arguments.merging(["organizationId": organizationId]) { $1 })
        return try Self.read(type, from: try await answer(to: path, body: body))
    }

    /// Submits an activity, and reads the member `result` of its result.
    func perform<Result: Decodable>(
        _ path: String,
        _ type: String,
        _ parameters: some Encodable,
        _ result: String,
        as _: Result.Type
    ) async throws(TurnkeyError) -> Result {
        let request = ActivityRequest(type: type, organizationId: organizationId, parameters: parameters)
        return try await submit(path, body: try Self.makeBody(request)).readResult(result, as: Result.self)
    }

    /// Submits like `perform`, for activities that make or end credentials, or change permissions.
    func performCredentials<Result: Decodable>(
        _ path: String,
        _ type: String,
        _ parameters: some Encodable,
        _ result: String,
        as _: Result.Type
    ) async throws(TurnkeyError) -> Result {
        let request = ActivityRequest(type: type, organizationId: organizationId, parameters: parameters)
        return try await submitCredentials(path, body: try Self.makeBody(request)).readResult(result, as: Result.self)
    }
}
