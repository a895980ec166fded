// SPDX-License-Identifier: Apache-2.0

/// Limits on how much a frame holds and for how long.
package struct FrameLimits: Equatable, Sendable {
    /// How many sessions may be alive at once.
    package var maximumSessions = 64
    /// How many generated keys may wait for their activation at once, beside the sessions.
    package var maximumPendingKeys = 64
    /// The longest life that may be asked for a session. More is refused, not shortened.
    package var maximumExpirationSeconds: Int64 = 86_400
    /// A session's life where the caller asks for none, unless the maximum is less. It is the default of Turnkey's API.
    package var defaultExpirationSeconds: Int64 = 900
    /// The embedded key's life where the caller asks for none. It is that of the auth iframe's embedded key.
    package var defaultEmbeddedKeyExpirationSeconds: Int64 = 172_800
    /// How long a generated key waits for its activation.
    package var pendingKeySeconds: Int64 = 600
    /// How long before a session's end its watchers get an event; 0 for no event.
    package var expiringNoticeSeconds: Int64 = 60
    /// How many deadlines of injected keys are remembered until the embedded key is reset, so that a replayed bundle
    /// does not live longer. Beyond them, injecting is refused.
    package var maximumRememberedDeadlines = mostRememberedDeadlines
    /// The number of remembered deadlines from which each further one is worth a warning.
    package var manyRememberedDeadlines = 3500
    /// How many expired names are kept, which answer "expired" rather than "no session".
    package var maximumExpiredNames = mostExpiredNames

    /// The longest life of a session that a configuration may allow: a year.
    package static let longestExpirationSeconds: Int64 = 31_536_000
    /// The longest wait of a generated key that a configuration may allow: a day.
    package static let longestPendingKeySeconds: Int64 = 86_400
    /// The most remembered deadlines that a configuration may allow, because the state that outlives the process has
    /// room for these.
    package static let mostRememberedDeadlines = 4096
    /// The most expired names that are kept.
    package static let mostExpiredNames = 256

    /// Creates the default limits.
    package init() {}

    /// Returns the seconds to live, from 1 to `maximum`; nil if the caller asked for a number outside.
    static func lifetime(asked: Int64?, default: Int64, maximum: Int64) -> Int64? {
        guard let asked else { return min(`default`, maximum) }
        return (1...maximum).contains(asked) ? asked : nil
    }
}
