// SPDX-License-Identifier: Apache-2.0
import Foundation

/// `approve_activity` and `reject_activity`: a vote on an activity that waits for consensus, named by its fingerprint.
struct ActivityDecision: Sendable {
    let selection: Vote.Selection

    static let approve = ActivityDecision(selection: .approved)
    static let reject = ActivityDecision(selection: .rejected)

    var kind: ActivityKind {
        switch selection {
        case .approved:
            ActivityKind(
                type: "ACTIVITY_TYPE_APPROVE_ACTIVITY",
                intentKey: "approveActivityIntent",
                resultKey: "approveActivityResult"
            )
        case .rejected:
            ActivityKind(
                type: "ACTIVITY_TYPE_REJECT_ACTIVITY",
                intentKey: "rejectActivityIntent",
                resultKey: "rejectActivityResult"
            )
        }
    }

    /// Reads everything behind the type, and returns the fingerprint.
    func read(_ fields: inout FieldReader) throws(APIRefusal) -> String {
        var parameters = FieldReader(try fields.object("parameters"))
        let fingerprint = try parameters.name("fingerprint")
        try parameters.finish()
        _ = try fields.optionalBool("generateAppProofs")
        try fields.finish()
        return fingerprint
    }
}
