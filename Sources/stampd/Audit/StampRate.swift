// SPDX-License-Identifier: Apache-2.0
import Glibc
import SignerCore

/// How often one user may have something stamped.
struct StampLimits: Equatable, Sendable {
    /// 0 for no limit. Turnkey's API takes 60 requests a second at most.
    var perSecond: Int64 = 1000
    /// The bucket holds so many seconds' worth.
    var burstSeconds: Int64 = 10
}

/// A token bucket for each user: what keeps one caller's stamps from rotating everybody's records out of the journal.
struct StampRate {
    var limits: StampLimits
    /// Buckets that are full again are forgotten from here on.
    private static let manyUsers = 1024

    /// When each user's bucket is full again.
    private var fullTimes: [uid_t: Int64] = [:]

    init(_ limits: StampLimits) { self.limits = limits }

    /// Takes one token.
    ///
    /// - Returns: Nil where there was one; else the milliseconds until there is.
    mutating func take(_ uid: uid_t, at now: BootInstant) -> Int64? {
        guard limits.perSecond > 0 else { return nil }
        let full = max(fullTimes[uid] ?? 0, now.nanoseconds)
        let price = 1_000_000_000 / limits.perSecond
        let excess = full + price - now.nanoseconds - limits.burstSeconds * 1_000_000_000
        guard excess <= 0 else { return excess / 1_000_000 + 1 }
        if fullTimes.count >= Self.manyUsers { fullTimes = fullTimes.filter { now.nanoseconds < $0.value } }
        fullTimes[uid] = full + price
        return nil
    }
}
