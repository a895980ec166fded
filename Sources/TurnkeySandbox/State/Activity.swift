// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation

/// One accepted submission and what became of it.
struct Activity {
    enum Status {
        /// How many polls are left until the one that completes it, that one included.
        case pending(pollsLeft: Int)
        case completed(result: JSONObject)
        case failed(APIRefusal)
    }

    let id: UUID
    let organizationId: UUID
    let kind: ActivityKind
    let command: any ActivityCommand
    /// The parameters as they came, without nulls.
    let parameters: JSONObject
    let vote: Vote
    let fingerprint: String
    let createdAt: Date
    var updatedAt: Date
    var status: Status

    /// What two submissions of the same bytes have in common: `sha256:` and the lower-case hex of the body's SHA-256.
    static func fingerprint(of body: Data) -> String {
        "sha256:" + Hex.encode(SHA256.hash(data: body))
    }
}

extension Activity {
    var json: JSONObject {
        [
            "id": .string(id.text),
            "organizationId": .string(organizationId.text),
            "status": .string(statusName),
            "type": .string(kind.type),
            "intent": .object([kind.intentKey: .object(parameters)]),
            "result": result,
            "votes": [.object(vote.json(activityId: id))],
            "fingerprint": .string(fingerprint),
            "canApprove": false,
            "canReject": true,
            "createdAt": createdAt.json,
            "updatedAt": updatedAt.json,
            "failure": failure,
        ]
    }

    private var statusName: String {
        switch status {
        case .pending: "ACTIVITY_STATUS_PENDING"
        case .completed: "ACTIVITY_STATUS_COMPLETED"
        case .failed: "ACTIVITY_STATUS_FAILED"
        }
    }

    private var result: JSONValue {
        guard case .completed(let result) = status else { return [:] }
        return .object([kind.resultKey: .object(result)])
    }

    /// A google.rpc.Status, or null.
    private var failure: JSONValue {
        guard case .failed(let error) = status else { return .null }
        var body = error.body
        body["turnkeyErrorCode"] = nil
        return .object(body)
    }
}
