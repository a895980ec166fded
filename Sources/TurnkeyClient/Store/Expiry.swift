// SPDX-License-Identifier: Apache-2.0
public import Foundation

/// When a session counts as over, by two clocks; the earlier one decides.
///
/// The continuous clock (CLOCK_BOOTTIME) counts time in suspend and cannot be set, but ends with the boot.
/// The wall clock survives a restart, and may be wrong.
public struct Expiry: Sendable, Hashable {
    /// The end by the wall clock.
    public let date: Date
    /// The end by the continuous clock; `nil` if the machine was restarted since.
    public let deadline: ContinuousClock.Instant?

    /// Subtracted because the API's clock starts after ours, and both drift.
    static let safetyMargin = Duration.seconds(3)
    /// The shortest useful session: a shorter one would be over by the margin and the API's whole seconds.
    public static let minimumExpirationSeconds = 10

    /// Creates the end `expirationSeconds` after `start`, less the margin. `start` is from before the request was sent,
    /// and by the continuous clock, since the wall clock may have been set meanwhile.
    init(_ start: ContinuousClock.Instant, expirationSeconds: Int, at now: Moment = Moment()) {
        let deadline = start + (Duration.seconds(expirationSeconds) - Self.safetyMargin)
        self.deadline = deadline
        date = now.date + (deadline - now.instant) / .seconds(1)
    }

    init(date: Date, deadline: ContinuousClock.Instant?) {
        self.date = date
        self.deadline = deadline
    }

    /// Returns how long after `start` an end told by the API is, by the wall clock as it is now, which may have been
    /// set since. Negative if that was before.
    static func seconds(from start: ContinuousClock.Instant, to end: Date, at now: Moment = Moment()) -> Int {
        let seconds = end.timeIntervalSince(now.date) + (now.instant - start) / .seconds(1)
        // An end from outside can be any number; beyond this it makes no difference.
        return Int(max(-1_000_000_000, min(seconds, 1_000_000_000)).rounded(.down))
    }

    /// One moment by both clocks.
    struct Moment: Sendable {
        var date = Date()
        var instant = ContinuousClock.now
    }

    /// Returns the time left; zero when it is over.
    public func remaining(at now: ContinuousClock.Instant = .now, _ date: Date = Date()) -> Duration {
        let byDate = Duration.seconds(self.date.timeIntervalSince(date))
        return max(.zero, deadline.map { min($0 - now, byDate) } ?? byDate)
    }

    /// The whole seconds left, for the frame; 0 when it is over.
    public var remainingSeconds: Int { Int(remaining().components.seconds) }

    /// The milliseconds left; 0 when it is over.
    public var remainingMilliseconds: Int { Int(saturating: remaining() / .milliseconds(1)) }
}
