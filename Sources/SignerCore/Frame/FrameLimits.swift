// SPDX-License-Identifier: Apache-2.0

/// How much and how long: the numbers that a frame holds its callers to.
package struct FrameLimits: Equatable, Sendable {
    /// Sessions that may be alive at once.
    package var maximumSessions = 64
    /// Generated keys that may wait for their activation at once, beside the sessions.
    package var maximumPendingKeys = 64
    /// The longest session that may be asked for; more is refused, not cut.
    package var maximumExpirationSeconds: Int64 = 86_400
    /// Where a caller asks for nothing, but for the maximum where that is less: what Turnkey's API itself takes.
    package var defaultExpirationSeconds: Int64 = 900
    /// As long as the auth iframe keeps its embedded key.
    package var defaultEmbeddedKeyExpirationSeconds: Int64 = 172_800
    /// How long a generated key waits for its activation.
    package var pendingKeySeconds: Int64 = 600
    /// How long before a session's end its watchers are told; 0 for not at all.
    package var expiringNoticeSeconds: Int64 = 60
    /// Deadlines of injected keys that are remembered until the embedded key is reset: what keeps a replayed bundle from
    /// living longer. Then injecting is refused.
    package var maximumRememberedDeadlines = mostRememberedDeadlines
    /// From here on each further one deserves a warning.
    package var manyRememberedDeadlines = 3500
    /// Names that answer "expired" rather than "no session".
    package var maximumExpiredNames = mostExpiredNames

    /// No configuration grants a session a longer life: a year.
    package static let longestExpirationSeconds: Int64 = 31_536_000
    /// No configuration lets a generated key wait longer: a day.
    package static let longestPendingKeySeconds: Int64 = 86_400
    /// No configuration allows more of them: the state that outlives the process has room for so many.
    package static let mostRememberedDeadlines = 4096
    package static let mostExpiredNames = 256

    package init() {}

    /// Seconds to live, from 1 to `maximum`; nil where the wish is outside.
    static func lifetime(asked: Int64?, default: Int64, maximum: Int64) -> Int64? {
        guard let asked else { return min(`default`, maximum) }
        return (1...maximum).contains(asked) ? asked : nil
    }
}
