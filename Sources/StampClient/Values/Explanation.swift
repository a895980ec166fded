// SPDX-License-Identifier: Apache-2.0

/// The decision of a socket's rules on a payload, with the result of every rule.
public struct Explanation: Codable, Sendable, Hashable {
    /// The decisions.
    public enum Effect: String, Codable, Sendable, Hashable, CaseIterable {
        /// The payload is stamped.
        case allow
        /// The payload is refused.
        case deny
        /// A person is asked.
        case confirm
    }

    /// How strictly a socket's rules apply.
    public enum Mode: String, Codable, Sendable, Hashable, CaseIterable {
        /// Refusals are enforced.
        case enforce
        /// Deny rules refuse. Whatever else would be refused or asked about is stamped, and recorded in the audit.
        case observe
        /// The socket has no rules.
        case none
    }

    /// The result of one rule.
    public struct Step: Codable, Sendable, Hashable {
        /// The results that a rule can have.
        public enum Outcome: String, Codable, Sendable, Hashable, CaseIterable {
            /// The rule is not about this caller or this payload.
            case passed
            /// A check of the rule failed.
            case failed
            /// Every check of the rule held.
            case held
        }

        /// The rule's id.
        public let id: String
        /// The rule's result.
        public let outcome: Outcome
        /// Why the rule did not match.
        public let reason: DenialReason?
        /// The JSON pointer to what failed.
        public let at: String?

        /// Creates a result, for a test's own ``FrameClient``.
        public init(id: String, outcome: Outcome, reason: DenialReason? = nil, at: String? = nil) {
            self.id = id
            self.outcome = outcome
            self.reason = reason
            self.at = at
        }
    }

    /// The decision.
    public let effect: Effect
    /// How strictly the socket's rules apply.
    public let mode: Mode
    /// The id of the rule that decided or came nearest; nil if no rule is about the payload.
    public let id: String?
    /// Why the payload is refused; nil unless it is.
    public let reason: DenialReason?
    /// The JSON pointer to what failed, if there is one.
    public let at: String?
    /// In how many milliseconds a limit has room again; nil for other reasons.
    public let retryAfterMilliseconds: Int?
    /// What each rule of the set came to, in the set's order; empty where the decision needed no rule.
    public let steps: [Step]

    /// Creates a decision, for a test's own ``FrameClient``.
    public init(
        effect: Effect,
        mode: Mode,
        id: String? = nil,
        reason: DenialReason? = nil,
        at: String? = nil,
        retryAfterMilliseconds: Int? = nil,
        steps: [Step] = []
    ) {
        self.effect = effect
        self.mode = mode
        self.id = id
        self.reason = reason
        self.at = at
        self.retryAfterMilliseconds = retryAfterMilliseconds
        self.steps = steps
    }
}

/// A caller described for an explanation, as the kernel and a configuration would describe it.
public struct AnotherCaller: Sendable, Hashable {
    /// The caller's user id.
    public var uid: Int
    /// The ids of the caller's groups; no groups if absent.
    public var gids: [Int]?
    /// The caller's unit, as rules spell it; unknown if absent.
    public var unit: String?
    /// The delegate that a stamping proxy names; a direct call if both this and the path are absent.
    public var delegate: String?
    /// The API path that a stamping proxy names.
    public var path: String?

    /// Creates a description.
    public init(uid: Int, gids: [Int]? = nil, unit: String? = nil, delegate: String? = nil, path: String? = nil) {
        self.uid = uid
        self.gids = gids
        self.unit = unit
        self.delegate = delegate
        self.path = path
    }
}
