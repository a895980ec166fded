// SPDX-License-Identifier: Apache-2.0

/// The reasons to refuse a payload, a closed set.
package enum Reason: Hashable, Sendable {
    case payloadMalformed
    case fieldAbsent, fieldType, fieldValue, fieldExtra
    case ruleDeny, ruleNone
    case timeStale, timeWindow
    case limit(String)
    case confirmRefused, confirmTimeout, confirmNobody

    /// The reason as the wire and the audit spell it.
    package var text: String {
        switch self {
        case .payloadMalformed: "payload.malformed"
        case .fieldAbsent: "field.absent"
        case .fieldType: "field.type"
        case .fieldValue: "field.value"
        case .fieldExtra: "field.extra"
        case .ruleDeny: "rule.deny"
        case .ruleNone: "rule.none"
        case .timeStale: "time.stale"
        case .timeWindow: "time.window"
        case .limit(let name): "limit.\(name)"
        case .confirmRefused: "confirm.refused"
        case .confirmTimeout: "confirm.timeout"
        case .confirmNobody: "confirm.nobody"
        }
    }

    /// Whether the same payload may be stamped at another time: the fallback is then `retry`, otherwise `never`.
    package var isTransient: Bool {
        switch self {
        case .limit, .timeWindow, .confirmTimeout, .confirmNobody: true
        default: false
        }
    }
}

/// The decision of a rule set on one payload.
package struct Decision: Sendable {
    /// What to do about the stamp.
    package enum Answer: Sendable {
        case stamp, refuse, ask
    }

    /// The mode of the set.
    package let mode: Mode
    /// The effect of the rule that decided.
    package internal(set) var effect = Effect.deny
    /// The index in its set of the rule that decided or came nearest.
    package internal(set) var rule: Int?
    /// That rule's id.
    package internal(set) var id: String?
    /// Why the payload is refused; nil unless it is.
    package internal(set) var reason: Reason?
    /// The pointer to what failed, for a `field.*` or `time.stale`; at most 200 bytes.
    package internal(set) var at: String?
    /// In how many milliseconds a limit has room again; nil for other reasons, and if waiting does not help.
    package internal(set) var retryAfterMilliseconds: Int64?
    /// The amounts to charge when the stamp is made, or its confirmation asked for.
    package internal(set) var charges: [Charge] = []
    /// What a person must confirm, for the effect `confirm` alone.
    package internal(set) var confirmation: Confirmation?

    init(mode: Mode) { self.mode = mode }

    /// What to do. In a set that only observes, a deny rule refuses and everything else is stamped at once.
    package var answer: Answer {
        switch (mode, effect) {
        case (.enforce, .allow): .stamp
        case (.enforce, .confirm): .ask
        case (.enforce, .deny): .refuse
        case (.observe, _): reason == .ruleDeny ? .refuse : .stamp
        }
    }

    /// Whether the payload would be refused, but is stamped because the set only observes.
    package var wouldDeny: Bool { mode == .observe && effect == .deny && answer == .stamp }

    /// Whether the payload would need a confirmation, but is stamped because the set only observes.
    package var wouldConfirm: Bool { mode == .observe && effect == .confirm }
}

/// A question that a person must answer with yes before the stamp is made.
package struct Confirmation: Sendable {
    /// A value of the payload, as it is shown.
    package struct Shown: Equatable, Sendable {
        /// A pointer, or `evm.to` and the like.
        package let at: String
        /// The value as JSON text in ASCII, at most 200 bytes; empty if the payload has none there.
        package let text: String
    }

    /// How long to wait for an answer.
    package let timeoutSeconds: Int
    /// Whether the account whose stamp waits may answer.
    package let sameAccount: Bool
    /// The payload's type and organization, then the values that the rule's `show` lists.
    package let shown: [Shown]
}

/// A decision with the result of every rule.
package struct Explanation: Sendable {
    /// The result of one rule.
    package struct Step: Equatable, Sendable {
        /// The results that a rule can have.
        package enum Outcome: String, Sendable {
            /// The rule is not about this caller, or not about this payload.
            case passed
            case failed
            case held
        }

        /// The rule's id.
        package let id: String
        /// The rule's result.
        package let outcome: Outcome
        /// Why the rule did not match.
        package let reason: Reason?
        /// The pointer to what failed.
        package let at: String?
    }

    /// The decision.
    package let decision: Decision
    /// The results of all rules in their order; empty if no rule was asked.
    package let steps: [Step]
}
