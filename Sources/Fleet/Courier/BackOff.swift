// SPDX-License-Identifier: Apache-2.0

/// Computes how long to wait before another try: twice as long each time, up to a limit, and at random, so that a fleet that
/// lost its carrier at one moment does not return to it at one moment.
struct BackOff: Sendable, Equatable {
    let first: Duration
    let longest: Duration
    private var failures = 0

    init(first: Duration, longest: Duration) {
        (self.first, self.longest) = (first, longest)
    }

    /// Returns a random time between a tenth of the present wait and all of it, and doubles the wait for the next call.
    mutating func next(_ randomness: inout some RandomNumberGenerator) -> Duration {
        let time = min(longest, first * (1 << min(failures, 20)))
        failures += 1
        return time * Double.random(in: 0.1...1, using: &randomness)
    }

    mutating func reset() { failures = 0 }
}
