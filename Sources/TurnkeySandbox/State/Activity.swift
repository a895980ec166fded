// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation

/// One accepted submission and its outcome.
struct Activity {
    enum Status {
        /// How many more polls complete it, the last one included.
        case pending(pollsLeft: Int)
        case completed(result: JSONObject)
        case failed(APIRefusal)
        case consensusNeeded
        case rejected
    }

    /// How long an approval counts if not enough others join it.
    static let approvalSeconds: TimeInterval = 86_400

    let id: UUID
    let organizationId: UUID
    let kind: ActivityKind
    let command: any ActivityCommand
    /// The parameters as they came, without nulls.
    let parameters: JSONObject
    /// The votes in their order; the first is the submission's own.
    var votes: [Vote]
    let fingerprint: String
    let createdAt: Date
    var updatedAt: Date
    var status: Status

    /// Computes what two submissions of the same bytes share: `sha256:` and the lower-case hex of the body's SHA-256.
    static func fingerprint(of body: Data) -> String {
        "sha256:" + Hex.encode(SHA256.hash(data: body))
    }

    /// The user who submitted it.
    var submitter: User { votes[0].user }

    /// Returns the users whose approvals count. The time begins with an approval, and ends for all of them together.
    func approvers(at now: Date) -> Set<UUID> {
        var (begin, approvers) = (createdAt, Set<UUID>())
        for vote in votes where vote.selection == .approved {
            if vote.createdAt.timeIntervalSince(begin) >= Self.approvalSeconds {
                (begin, approvers) = (vote.createdAt, [])
            }
            approvers.insert(vote.user.id)
        }
        return now.timeIntervalSince(begin) < Self.approvalSeconds ? approvers : []
    }
}

extension Activity {
    /// Returns the activity as its reader sees it, who may or may not vote on it.
    func json(canApprove: Bool, canReject: Bool) -> JSONObject {
        [
            "id": .string(id.text),
            "organizationId": .string(organizationId.text),
            "status": .string(statusName),
            "type": .string(kind.type),
            "intent": .object([kind.intentKey: .object(parameters)]),
            "result": result,
            "votes": .array(votes.map { .object($0.json(activityId: id)) }),
            "fingerprint": .string(fingerprint),
            "canApprove": .bool(canApprove),
            "canReject": .bool(canReject),
            "createdAt": createdAt.json,
            "updatedAt": updatedAt.json,
            "failure": failure,
        ]
    }

    var statusName: String {
        switch status {
        case .pending: "ACTIVITY_STATUS_PENDING"
        case .completed: "ACTIVITY_STATUS_COMPLETED"
        case .failed: "ACTIVITY_STATUS_FAILED"
        case .consensusNeeded: "ACTIVITY_STATUS_CONSENSUS_NEEDED"
        case .rejected: "ACTIVITY_STATUS_REJECTED"
        }
    }

    private var result: JSONValue {
        guard case .completed(let result) = status else { return [:] }
        return .object([kind.resultKey: .object(result)])
    }

    /// A google.rpc.Status; null if it did not fail.
    private var failure: JSONValue {
        guard case .failed(let error) = status else { return .null }
        var body = error.body
        body["turnkeyErrorCode"] = nil
        return .object(body)
    }
}
