// SPDX-License-Identifier: Apache-2.0
import Glibc
import SignerCore

/// A token bucket for each user: what keeps one caller's stamps from rotating everybody's records out of the journal.
struct StampRate {
    /// Of one user; 0 for no limit. Turnkey's API takes 60 requests a second at most.
    let perSecond: Int64
    /// The bucket holds so many seconds' worth.
    static let burstSeconds: Int64 = 10
    /// Buckets that are full again are forgotten from here on.
    private static let manyUsers = 1024

    /// When each user's bucket is full again.
    private var fullTimes: [uid_t: Int64] = [:]

    init(perSecond: Int64) { self.perSecond = perSecond }

    /// Takes one token.
    ///
    /// - Returns: Nil where there was one; else the milliseconds until there is.
    mutating func take(_ uid: uid_t, at now: BootInstant) -> Int64? {
        guard perSecond > 0 else { return nil }
        let full = max(fullTimes[uid] ?? 0, now.nanoseconds)
        let excess = full + 1_000_000_000 / perSecond - now.nanoseconds - Self.burstSeconds * 1_000_000_000
        guard excess <= 0 else { return excess / 1_000_000 + 1 }
        if fullTimes.count >= Self.manyUsers { fullTimes = fullTimes.filter { now.nanoseconds < $0.value } }
        fullTimes[uid] = full + 1_000_000_000 / perSecond
        return nil
    }
}
