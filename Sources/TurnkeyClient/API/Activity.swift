// SPDX-License-Identifier: Apache-2.0
public import Foundation

/// A submission as the API sees it: what was asked, and what became of it.
public struct Activity: Sendable {
    /// UUID.
    public let id: String
    public let organizationId: String
    /// Such as `ACTIVITY_STATUS_COMPLETED`.
    public let status: String
    /// Such as `ACTIVITY_TYPE_CREATE_API_KEYS_V2`.
    public let type: String
    /// Why it failed, where it did.
    public let failure: String?
    /// The whole answer, `{"activity":{…}}`, byte for byte.
    public let answer: Data

    /// - Throws: `.unexpectedAnswer`.
    init(_ answer: Data) throws(TurnkeyError) {
        guard let read = try? JSONDecoder().decode(Answer.self, from: answer).activity else {
            throw .unexpectedAnswer(httpStatus: 200, detail: "no activity")
        }
        (id, organizationId, status, type) = (read.id, read.organizationId, read.status, read.type)
        failure = read.failure?.message
        self.answer = answer
    }

    var isPending: Bool { ["ACTIVITY_STATUS_CREATED", "ACTIVITY_STATUS_PENDING"].contains(status) }

    /// - Throws: `.activityNotCompleted` where it ended otherwise.
    func checkCompleted() throws(TurnkeyError) {
        guard status == "ACTIVITY_STATUS_COMPLETED" else {
            throw .activityNotCompleted(id: id, status: status, reason: failure)
        }
    }

    /// The member `name` of its result, such as `createApiKeysResult`.
    ///
    /// - Throws: `.unexpectedAnswer` where it is missing or of another shape.
    public func readResult<Result: Decodable>(_ name: String, as type: Result.Type) throws(TurnkeyError) -> Result {
        guard let answer = try? JSONDecoder().decode(ResultAnswer<Result>.self, from: answer),
            let result = answer.activity.result[name]
        else { throw .unexpectedAnswer(httpStatus: 200, detail: "no \(name)") }
        return result
    }
}

private struct Answer: Decodable {
    struct Fields: Decodable {
        let id: String
        let organizationId: String
        let status: String
        let type: String
        let failure: Failure?
    }

    struct Failure: Decodable {
        let message: String?
    }

    let activity: Fields
}

private struct ResultAnswer<Result: Decodable>: Decodable {
    struct Fields: Decodable {
        let result: [String: Result]
    }

    let activity: Fields
}
