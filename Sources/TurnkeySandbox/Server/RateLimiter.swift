// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Counts requests in each whole second of the clock, and refuses those beyond the limit.
///
/// The API counts by address and by organization; here all clients are on one machine, and are counted together.
actor RateLimiter {
    /// What is left after a request, for the API's headers.
    struct Allowance: Sendable {
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

    func admit() -> Allowance {
        let second = now().unixSeconds
        if second != self.second { (self.second, count) = (second, 0) }
        count = min(count + 1, limitPerSecond + 1)
        return Allowance(
            limit: limitPerSecond,
            remaining: max(limitPerSecond - count, 0),
            isOver: count > limitPerSecond
        )
    }
}
