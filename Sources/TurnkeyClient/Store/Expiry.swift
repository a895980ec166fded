// SPDX-License-Identifier: Apache-2.0
public import Foundation

/// When a session is to be taken for over, by two clocks: the earlier of them counts.
///
/// The continuous clock (CLOCK_BOOTTIME) runs through suspend and is not set by anybody, but ends with the boot; the wall
/// clock goes on, and may be wrong.
public struct Expiry: Sendable, Hashable {
    /// By the wall clock.
    public let date: Date
    /// By the clock that suspend and clock changes leave alone; `nil` where the machine was restarted since.
    public let deadline: ContinuousClock.Instant?

    /// The API's clock starts after ours, and both drift.
    static let safetyMargin = Duration.seconds(3)
    /// Less than this would be over before it is of use, by the margin and the API's whole seconds.
    public static let minimumExpirationSeconds = 10

    /// `expirationSeconds` after `start`, less the margin. `start` is from before the request was sent.
    init(_ start: Start, expirationSeconds: Int) {
        let life = Duration.seconds(expirationSeconds) - Self.safetyMargin
        date = start.date + TimeInterval(life.components.seconds)
        deadline = start.instant + life
    }

    init(date: Date, deadline: ContinuousClock.Instant?) {
        self.date = date
        self.deadline = deadline
    }

    /// One moment by both clocks.
    struct Start: Sendable {
        let date = Date()
        let instant = ContinuousClock.now
    }

    /// What is left; zero when it is over.
    public func remaining(at now: ContinuousClock.Instant = .now, _ date: Date = Date()) -> Duration {
        let byDate = Duration.seconds(self.date.timeIntervalSince(date))
        return max(.zero, deadline.map { min($0 - now, byDate) } ?? byDate)
    }

    /// Whole seconds that are left, for the frame; 0 when it is over.
    public var remainingSeconds: Int { Int(remaining().components.seconds) }

    /// The same in milliseconds.
    public var remainingMilliseconds: Int { Int(saturating: remaining() / .milliseconds(1)) }
}
