// SPDX-License-Identifier: Apache-2.0
import StampClient

extension DenialReason {
    /// Returns the reason's meaning as a sentence.
    func explain(at place: String?) -> String {
        let member = place ?? "a member"
        return switch self {
        case .payloadMalformed:
            "The payload is not one JSON object in UTF-8, or a name stands twice in it, or it is nested too deep."
        case .fieldAbsent: "\(member) is not there, and the rule asks about it."
        case .fieldType: "\(member) is of another JSON type than the rule takes."
        case .fieldValue: "\(member) is not among what the rule allows."
        case .fieldExtra:
            "\(member) is there, and not among what may be: a rule lists that in \"only\", of a query in \"members\"."
        case .ruleDeny: "A deny rule matches, or something that it asks about cannot be told."
        case .ruleNone: "No rule is about this caller and this kind of payload, and what no rule allows is refused."
        case .timeStale: "The payload's timestampMs lies further from the frame's clock than the rule allows."
        case .timeWindow: "The rule allows it on other days, or at other hours (UTC)."
        case .limit(let name): "The limit \(name) is used up, or has no room for this one."
        case .confirmRefused: "A person was asked, and said no."
        case .confirmTimeout: "A person was asked, and did not answer in time."
        case .confirmNobody: "It cannot wait for a confirmation now: too many stamps wait, or the frame stops."
        }
    }

    /// What to do about it, if there is something.
    var hint: String? {
        switch self {
        case .payloadMalformed: "look at the bytes that are stamped: they are refused as they are, and never repaired"
        case .fieldAbsent, .fieldType, .fieldValue, .fieldExtra:
            "compare the payload with the rule, and \"stampctl rules check\" the rule after a change"
        case .ruleDeny:
            "a deny rule goes before every other; \"stampctl rules explain --as …\" shows it for other callers"
        case .ruleNone: "compare \"who\", and \"type\" or \"kind\", of the rules with the caller and the payload"
        case .timeStale:
            "make the payload anew, with the time of now; then compare this machine's clock with the frame's"
        case .timeWindow: "try again then"
        case .limit: nil
        case .confirmRefused, .confirmTimeout: "\"stampctl confirm\" answers, at the control socket"
        case .confirmNobody: "try again in a moment"
        }
    }
}
