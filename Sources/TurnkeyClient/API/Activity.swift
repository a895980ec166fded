// SPDX-License-Identifier: Apache-2.0
public import Foundation
import StampClient

/// A submission as the API sees it: what was asked, and what became of it.
public struct Activity: Sendable {
    /// UUID.
    public let id: String
    public let organizationId: String
    /// Such as `ACTIVITY_STATUS_COMPLETED`.
    public let status: String
    /// Such as `ACTIVITY_TYPE_CREATE_API_KEYS_V2`.
    public let type: String
    /// What an approval names: `sha256:` and the hash of what was submitted; `nil` where the API gave none.
    public let fingerprint: String?
    /// Why it failed, where it did.
    public let failure: String?
    /// The whole answer, `{"activity":{…}}`, byte for byte.
    public var answer: Data { json.text }
    private let json: StrictJSON

    /// - Throws: `.unexpectedAnswer`.
    init(_ answer: StrictJSON) throws(TurnkeyError) {
        guard let read = try? answer.decode(Answer.self).activity else {
            throw .unexpectedAnswer(httpStatus: 200, detail: "no activity")
        }
        (id, organizationId, status, type) = (read.id, read.organizationId, read.status, read.type)
        (fingerprint, failure) = (read.fingerprint, read.failure?.message)
        json = answer
    }

    static let authenticatorsNeeded = "ACTIVITY_STATUS_AUTHENTICATORS_NEEDED"

    /// A status that is not known here is no end: what comes of the activity is still to be seen.
    var isPending: Bool { !Self.ends.contains(status) && !needsApproval }
    private static let ends = ["ACTIVITY_STATUS_COMPLETED", "ACTIVITY_STATUS_FAILED", "ACTIVITY_STATUS_REJECTED"]
    var needsApproval: Bool { ["ACTIVITY_STATUS_CONSENSUS_NEEDED", Self.authenticatorsNeeded].contains(status) }

    /// - Throws: `.activityNeedsApproval`; `.activityPending`; `.activityNotCompleted` where it ended otherwise.
    func checkCompleted() throws(TurnkeyError) {
        guard !isPending else { throw .activityPending(self, cause: nil) }
        guard !needsApproval else { throw .activityNeedsApproval(self) }
        guard status == "ACTIVITY_STATUS_COMPLETED" else {
            throw .activityNotCompleted(id: id, status: status, reason: failure)
        }
    }

    /// The member `name` of its result, such as `createApiKeysResult`.
    ///
    /// - Throws: `.unexpectedAnswer` where it is missing or of another shape.
    public func readResult<Result: Decodable>(_ name: String, as type: Result.Type) throws(TurnkeyError) -> Result {
        guard let answer = try? json.decode(ResultAnswer<Result>.self), let result = answer.activity.result[name]
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
        let fingerprint: String?
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
