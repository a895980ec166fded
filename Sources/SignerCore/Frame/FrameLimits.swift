// SPDX-License-Identifier: Apache-2.0

/// How much and how long: the numbers that a frame holds its callers to.
package struct FrameLimits: Sendable {
    /// Sessions that may be alive at once.
    package var maximumSessions = 64
    /// Generated keys that may wait for their activation at once, beside the sessions.
    package var maximumPendingKeys = 64
    /// The longest session that may be asked for; more is refused, not cut.
    package var maximumExpirationSeconds: Int64 = 86_400

    /// No configuration grants a session a longer life: a year.
    package static let longestExpirationSeconds: Int64 = 31_536_000
    /// Where a caller asks for nothing: what Turnkey's API itself takes.
    package static let defaultExpirationSeconds: Int64 = 900
    /// As long as the auth iframe keeps its embedded key.
    package static let defaultEmbeddedKeyExpirationSeconds: Int64 = 172_800
    /// How long a generated key waits for its activation.
    package static let pendingKeySeconds: Int64 = 600
    /// How long before a session's end its watchers are told.
    package static let expiringNoticeSeconds: Int64 = 60
    /// Deadlines of injected keys that are remembered until the embedded key is reset: what keeps a replayed bundle from
    /// living longer. Then injecting is refused.
    package static let maximumRememberedDeadlines = 4096
    /// From here on each further one deserves a warning.
    package static let manyRememberedDeadlines = 3500
    /// Names that answer "expired" rather than "no session".
    package static let maximumExpiredNames = 256

    package init() {}

    /// Seconds to live, from 1 to `maximum`; nil where the wish is outside.
    static func lifetime(asked: Int64?, default: Int64, maximum: Int64) -> Int64? {
        guard let asked else { return min(`default`, maximum) }
        return (1...maximum).contains(asked) ? asked : nil
    }
}
