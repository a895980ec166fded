// SPDX-License-Identifier: Apache-2.0

/// A rule set in force, and what it has come to.
public struct RuleSetState: Codable, Sendable, Hashable {
    public enum Mode: String, Codable, Sendable, Hashable, CaseIterable {
        case enforce
        case observe
    }

    /// `stamp`, `stamp-NAME` or `control`.
    public let socket: String
    public let mode: Mode
    /// How many there are.
    public let rules: Int
    /// Of the set's bytes as they stand in the configuration, or of a built-in set's name; 64 hex digits.
    public let sha256: String
    public let allowed: Int
    public let denied: Int
    public let confirmed: Int
    /// Stamped, and would be refused if the set did more than observe.
    public let wouldDeny: Int
    /// Stamped, and would be asked about if the set did more than observe.
    public let wouldConfirm: Int
}
