// SPDX-License-Identifier: Apache-2.0
import SignerCore
import Varlink

/// How often one account may have something stamped. `CallRate` enforces it.
struct StampLimits: Equatable, Sendable {
    /// Ordinary stamps a second, of payloads below 4 KiB; 0 for no limit. Turnkey's API takes 60 requests a second at most.
    var perSecond: Int64 = 1000
    /// The bucket holds so many seconds' worth.
    var burstSeconds: Int64 = 10
}

/// A token bucket for each account: a call costs tokens by the work that it makes.
struct CallRate {
    var limits: StampLimits

    /// What an ordinary stamp costs: one token, and one for the first 4 KiB.
    static let stampTokens: Int64 = 2
    /// A token is taken for each begun piece of so many bytes.
    static let pieceByteCount = 4096
    /// Buckets that are full again are forgotten from here on.
    private static let manyAccounts = 1024

    /// When each account's bucket is full again, in nanoseconds since boot.
    private var fullTimes: [Account: Int64] = [:]
    /// Stamps of each account in the second at hand and in the one before.
    private var counts: [Account: SecondCount] = [:]

    private struct SecondCount {
        var second: Int64
        var count: Int64 = 0
        var before: Int64 = 0

        mutating func add(at now: Int64) {
            move(to: now)
            count += 1
        }

        mutating func move(to now: Int64) {
            guard now != second else { return }
            before = now == second + 1 ? count : 0
            count = 0
            second = now
        }
    }

    init(_ limits: StampLimits) { self.limits = limits }

    /// The tokens that a call costs before it is answered.
    ///
    /// - Returns: Zero for a call that is free; otherwise by `byteCount`, the length of its message.
    static func tokens(_ price: MethodTraits.Price, byteCount: Int) -> Int64 {
        price == .free ? 0 : 1 + pieces(byteCount)
    }

    /// Begun pieces of 4 KiB.
    static func pieces(_ byteCount: Int) -> Int64 { Int64((byteCount + pieceByteCount - 1) / pieceByteCount) }

    /// Takes so many tokens; a call that costs more than a whole bucket takes a whole bucket.
    ///
    /// - Returns: Nil where they were there; else the milliseconds until they are, and nothing is taken.
    mutating func take(_ tokens: Int64, of account: Account, at now: BootInstant) -> Int64? {
        guard limits.perSecond > 0, tokens > 0 else { return nil }
        let full = max(fullTimes[account] ?? 0, now.nanoseconds)
        let price = min(tokens * nanosecondsPerToken, capacityNanoseconds)
        let excess = full + price - now.nanoseconds - capacityNanoseconds
        guard excess <= 0 else { return excess / 1_000_000 + 1 }
        if fullTimes.count >= Self.manyAccounts { fullTimes = fullTimes.filter { now.nanoseconds < $0.value } }
        fullTimes[account] = full + price
        return nil
    }

    /// Charges what a call that was answered cost besides; the account's next calls wait for it.
    mutating func charge(_ tokens: Int64, to account: Account, at now: BootInstant) {
        guard limits.perSecond > 0, tokens > 0 else { return }
        let full = max(fullTimes[account] ?? 0, now.nanoseconds)
        let price = min(tokens * nanosecondsPerToken, capacityNanoseconds)
        fullTimes[account] = min(full + price, now.nanoseconds + 2 * capacityNanoseconds)
    }

    /// Counts a stamp that was made.
    mutating func countStamp(of account: Account, at now: BootInstant) {
        if counts.count >= Self.manyAccounts { counts = counts.filter { now.seconds <= $0.value.second + 1 } }
        counts[account, default: SecondCount(second: now.seconds)].add(at: now.seconds)
    }

    /// Stamps of the account in the last whole second.
    func stampsPerSecond(of account: Account, at now: BootInstant) -> Int64 {
        guard var count = counts[account] else { return 0 }
        count.move(to: now.seconds)
        return count.before
    }

    /// Whether an ordinary stamp of the account would be refused now.
    func isThrottled(_ account: Account, at now: BootInstant) -> Bool {
        guard limits.perSecond > 0, let full = fullTimes[account] else { return false }
        return full + Self.stampTokens * nanosecondsPerToken - now.nanoseconds > capacityNanoseconds
    }

    private var nanosecondsPerToken: Int64 { 1_000_000_000 / limits.perSecond / Self.stampTokens }
    private var capacityNanoseconds: Int64 { limits.burstSeconds * 1_000_000_000 }
}
