// SPDX-License-Identifier: Apache-2.0

/// What the rules of a socket say of a payload, and why.
public struct Explanation: Codable, Sendable, Hashable {
    public enum Effect: String, Codable, Sendable, Hashable, CaseIterable {
        case allow
        case deny
        /// A human is asked.
        case confirm
    }

    public enum Mode: String, Codable, Sendable, Hashable, CaseIterable {
        case enforce
        /// Deny rules refuse; whatever else would be refused or asked about is stamped, and told in the audit.
        case observe
        /// The socket has no rules.
        case none
    }

    /// What one rule said.
    public struct Step: Codable, Sendable, Hashable {
        public enum Outcome: String, Codable, Sendable, Hashable, CaseIterable {
            /// It is not about this caller or this payload.
            case passed
            case failed
            case held
        }

        public let id: String
        public let outcome: Outcome
        public let reason: DenialReason?
        public let at: String?
    }

    public let effect: Effect
    public let mode: Mode
    /// The rule that decided, or came nearest; nil where none was about it.
    public let id: String?
    /// Of a refusal alone.
    public let reason: DenialReason?
    /// The JSON pointer that failed, where one did.
    public let at: String?
    public let retryAfterMilliseconds: Int?
    /// Of every rule in its order; none where no rule was asked.
    public let steps: [Step]
}
