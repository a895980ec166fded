// SPDX-License-Identifier: Apache-2.0
public import Foundation
package import StampClient

/// A submission to the API, with its status and its result.
public struct Activity: Sendable {
    /// The activity's id, a UUID.
    public let id: String
    /// The organization's id.
    public let organizationId: String
    /// The status, such as `ACTIVITY_STATUS_COMPLETED`.
    public let status: String
    /// The type, such as `ACTIVITY_TYPE_CREATE_API_KEYS_V2`.
    public let type: String
    /// The fingerprint, which a vote names: `sha256:` and the hash of the submission; `nil` if the API gave none.
    public let fingerprint: String?
    /// Why it failed, if it did.
    public let failure: String?
    /// The whole answer, `{"activity":{…}}`, byte for byte.
    public var answer: Data { json.text }
    private let json: StrictJSON

    /// Reads an answer.
    ///
    /// - Throws: `.unexpectedAnswer`.
    package init(_ answer: StrictJSON) throws(TurnkeyError) {
        guard let read = try? answer.decode(Answer.self).activity else {
            throw .unexpectedAnswer(httpStatus: 200, detail: "no activity")
        }
        (id, organizationId, status, type) = (read.id, read.organizationId, read.status, read.type)
        (fingerprint, failure) = (read.fingerprint, read.failure?.message)
        json = answer
    }

    static let authenticatorsNeeded = "ACTIVITY_STATUS_AUTHENTICATORS_NEEDED"

    /// Whether the activity goes on. An unknown status counts as pending, since its outcome is still to come.
    var isPending: Bool { !Self.ends.contains(status) && !needsApproval }
    private static let ends = ["ACTIVITY_STATUS_COMPLETED", "ACTIVITY_STATUS_FAILED", "ACTIVITY_STATUS_REJECTED"]
    var needsApproval: Bool { ["ACTIVITY_STATUS_CONSENSUS_NEEDED", Self.authenticatorsNeeded].contains(status) }

    /// Checks that the activity is completed.
    ///
    /// - Throws: `.activityNeedsApproval`; `.activityPending`; `.activityNotCompleted` if it ended otherwise.
    package func checkCompleted() throws(TurnkeyError) {
        guard !isPending else { throw .activityPending(self, cause: nil) }
        guard !needsApproval else { throw .activityNeedsApproval(self) }
        guard status == "ACTIVITY_STATUS_COMPLETED" else {
            throw .activityNotCompleted(id: id, status: status, reason: failure)
        }
    }

    /// Decodes the member `name` of its result, such as `createApiKeysResult`.
    ///
    /// - Throws: `.unexpectedAnswer` if it is missing or has another shape.
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
