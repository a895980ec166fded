// SPDX-License-Identifier: Apache-2.0

/// Why a payload is refused: a closed set.
package enum Reason: Hashable, Sendable {
    case payloadMalformed
    case fieldAbsent, fieldType, fieldValue, fieldExtra
    case ruleDeny, ruleNone
    case timeStale, timeWindow
    case limit(String)
    case confirmRefused, confirmTimeout, confirmNobody

    /// As the wire and the audit have it.
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

    /// Whether the same payload may be stamped at another time: the fallback `retry`; otherwise `never`.
    package var isTransient: Bool {
        switch self {
        case .limit, .timeWindow, .confirmTimeout, .confirmNobody: true
        default: false
        }
    }
}

/// What a rule set says of one payload.
package struct Decision: Sendable {
    /// What to do with the stamp.
    package enum Answer: Sendable {
        case stamp, refuse, ask
    }

    package let mode: Mode
    package internal(set) var effect = Effect.deny
    /// The number of the rule that decided, or came nearest, in its set.
    package internal(set) var rule: Int?
    package internal(set) var id: String?
    /// Of a refusal alone.
    package internal(set) var reason: Reason?
    /// The pointer that failed, of a `field.*` or `time.stale`, at most 200 bytes.
    package internal(set) var at: String?
    /// Of a limit alone; nil where no time helps.
    package internal(set) var retryAfterMilliseconds: Int64?
    /// What is charged when the stamp is made, or asked for.
    package internal(set) var charges: [Charge] = []
    /// Of the effect `confirm` alone.
    package internal(set) var confirmation: Confirmation?

    init(mode: Mode) { self.mode = mode }

    /// Where the set only observes, a deny rule refuses, and all else is stamped at once.
    package var answer: Answer {
        switch (mode, effect) {
        case (.enforce, .allow): .stamp
        case (.enforce, .confirm): .ask
        case (.enforce, .deny): .refuse
        case (.observe, _): reason == .ruleDeny ? .refuse : .stamp
        }
    }

    /// Whether it would have been refused, and is stamped because the set only observes.
    package var wouldDeny: Bool { mode == .observe && effect == .deny && answer == .stamp }

    /// Whether it would have been asked about, and is stamped because the set only observes.
    package var wouldConfirm: Bool { mode == .observe && effect == .confirm }
}

/// What a human must say yes to.
package struct Confirmation: Sendable {
    package struct Shown: Equatable, Sendable {
        /// A pointer, or `evm.to` and its like.
        package let at: String
        /// JSON text in ASCII, at most 200 bytes; empty where there is nothing.
        package let text: String
    }

    package let timeoutSeconds: Int
    /// Whether the account whose stamp waits may answer.
    package let sameAccount: Bool
    /// The payload's type and organization first, then what the rule wants shown.
    package let shown: [Shown]
}

/// Why, rule by rule.
package struct Explanation: Sendable {
    package struct Step: Equatable, Sendable {
        package enum Outcome: String, Sendable {
            /// Not about this caller, or this payload.
            case passed
            case failed
            case held
        }

        package let id: String
        package let outcome: Outcome
        package let reason: Reason?
        package let at: String?
    }

    package let decision: Decision
    /// Of every rule in its order; none where no rule was asked.
    package let steps: [Step]
}
