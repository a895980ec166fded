// SPDX-License-Identifier: Apache-2.0

/// How often and how long to poll a submission that is not completed at once.
public struct ActivityPolling: Sendable, Hashable {
    /// The pause before the first poll, and after each poll that says the activity is pending. It must be positive.
    ///
    /// After a failed poll the pause is longer: it doubles with each failure in a row, up to about 10 s, and is at
    /// least what `Retry-After` says. The last pause is cut so that the last poll is at the limit.
    public var interval: Duration
    /// How long to poll at most.
    public var limit: Duration

    /// Creates settings.
    public init(interval: Duration = .milliseconds(500), limit: Duration = .seconds(30)) {
        self.interval = interval
        self.limit = limit
    }
}

/// Computes when to poll next, from times passed in.
///
/// After an answer "pending", the interval is waited. A failed poll says nothing about the activity: the pause doubles
/// with each in a row, and is at least what the answer asked for.
struct PollSchedule {
    private let polling: ActivityPolling
    private let end: ContinuousClock.Instant
    private var accidents = 0

    /// The longest doubled pause.
    static let longestPause = Duration.seconds(10)

    init(_ polling: ActivityPolling, until end: ContinuousClock.Instant) {
        (self.polling, self.end) = (polling, end)
    }

    /// Returns the pause after an answer; `nil` if the time is over.
    mutating func pauseAfterAnswer(at now: ContinuousClock.Instant) -> Duration? {
        accidents = 0
        return fit(polling.interval, at: now)
    }

    /// Returns the pause after a failed poll. `jitter`, from 0 to 1, spreads clients that were refused together. `nil`
    /// if the time is over, or would be before the poll that `retryAfter` allows.
    mutating func pauseAfterAccident(
        at now: ContinuousClock.Instant,
        retryAfter: Duration?,
        jitter: Double
    ) -> Duration? {
        accidents += 1
        let doubled = polling.interval * (1 << min(accidents, 16))
        let pause = max(polling.interval, min(doubled, Self.longestPause)) * (1 + jitter / 2)
        return fit(pause, after: retryAfter ?? .zero, at: now)
    }

    /// Lengthens the pause to `least`, and shortens it to the time left, so that the last poll is at the end.
    private func fit(
        _ pause: Duration,
        after least: Duration = .zero,
        at now: ContinuousClock.Instant
    ) -> Duration? {
        let left = end - now
        return left > .zero && least <= left ? max(least, min(pause, left)) : nil
    }
}
