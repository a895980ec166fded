// SPDX-License-Identifier: Apache-2.0

/// How long, and how often, a submission that is not done at once is asked after.
public struct ActivityPolling: Sendable, Hashable {
    /// Between two polls that are answered.
    public var interval: Duration
    /// For how long it is asked after at most.
    public var limit: Duration

    public init(interval: Duration = .milliseconds(500), limit: Duration = .seconds(30)) {
        self.interval = interval
        self.limit = limit
    }
}

/// When to poll next: pure, so that time comes in.
///
/// An answer that says "pending" is followed by the interval. An accident on the way says nothing of the activity: the
/// pause doubles with each in a row, and is never shorter than the answer asked for.
struct PollSchedule {
    private let polling: ActivityPolling
    private let end: ContinuousClock.Instant
    private var accidents = 0

    /// A pause that doubles ends here.
    static let longestPause = Duration.seconds(10)

    init(_ polling: ActivityPolling, until end: ContinuousClock.Instant) {
        (self.polling, self.end) = (polling, end)
    }

    /// `nil`: the time is over.
    mutating func pauseAfterAnswer(at now: ContinuousClock.Instant) -> Duration? {
        accidents = 0
        return fit(polling.interval, at: now)
    }

    /// `jitter`, from 0 to 1, keeps those apart who were turned away together. `nil`: the time is over, or would be before
    /// the poll that `retryAfter` allows.
    mutating func pauseAfterAccident(
        at now: ContinuousClock.Instant,
        retryAfter: Duration?,
        jitter: Double
    ) -> Duration? {
        accidents += 1
        let doubled = polling.interval * (1 << min(accidents, 16))
        let pause = max(polling.interval, min(doubled, Self.longestPause)) * (1 + jitter / 2)
        return fit(max(pause, retryAfter ?? .zero), at: now)
    }

    private func fit(_ pause: Duration, at now: ContinuousClock.Instant) -> Duration? {
        now + pause < end ? pause : nil
    }
}
