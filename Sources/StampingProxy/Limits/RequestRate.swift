// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// A token bucket of requests for each account.
package final class RequestRate: Sendable {
    /// Requests a second; 0 for no limit. Turnkey's API takes 60.
    package static let defaultPerSecond = 1_000
    /// How many seconds' worth of tokens a bucket holds.
    private static let burst = Duration.seconds(10)
    /// The number of accounts from which full buckets are forgotten.
    private static let manyAccounts = 1_024

    private let perSecond: Int
    /// When each account's bucket will be full.
    private let fullTimes = Mutex<[RequestAccount: ContinuousClock.Instant]>([:])

    /// Creates buckets that fill at `perSecond` requests a second; 0 for no limit.
    package init(perSecond: Int = defaultPerSecond) {
        self.perSecond = perSecond
    }

    /// Takes one request's token.
    ///
    /// - Throws: `.tooMany` if there is none; then nothing is taken.
    func take(_ account: RequestAccount, at now: ContinuousClock.Instant = .now) throws(ProxyRefusal) {
        guard perSecond > 0 else { return }
        try fullTimes.withLock { (fullTimes) throws(ProxyRefusal) in
            let full = max(fullTimes[account] ?? now, now) + .seconds(1) / perSecond
            let excess = now.duration(to: full) - Self.burst
            guard excess <= .zero else { throw .tooMany(retryAfter: excess) }
            if fullTimes.count >= Self.manyAccounts { fullTimes = fullTimes.filter { now < $0.value } }
            fullTimes[account] = full
        }
    }

    /// Gives a token back.
    func giveBack(_ account: RequestAccount) {
        guard perSecond > 0 else { return }
        fullTimes.withLock { fullTimes in
            guard let full = fullTimes[account] else { return }
            fullTimes[account] = full - .seconds(1) / perSecond
        }
    }
}
