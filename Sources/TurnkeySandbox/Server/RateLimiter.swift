// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Counts requests in each whole second of the clock, and says which is one too many.
///
/// The API counts by address and by organization; everyone here is on one machine, and is counted as one.
actor RateLimiter {
    /// What is left after a request, as the API's headers say it.
    struct Verdict: Sendable {
        let limit: Int
        let remaining: Int
        let isOver: Bool
    }

    private let limitPerSecond: Int
    private let now: @Sendable () -> Date
    private var second: Int64 = .min
    private var count = 0

    init(limitPerSecond: Int, now: @escaping @Sendable () -> Date) {
        self.limitPerSecond = limitPerSecond
        self.now = now
    }

    func admit() -> Verdict {
        let second = now().unixSeconds
        if second != self.second { (self.second, count) = (second, 0) }
        count = min(count + 1, limitPerSecond + 1)
        return Verdict(
            limit: limitPerSecond,
            remaining: max(limitPerSecond - count, 0),
            isOver: count > limitPerSecond
        )
    }
}
