// SPDX-License-Identifier: Apache-2.0
import SignerCore
import Varlink

/// How often one account may stamp. `CallRate` enforces it.
struct StampLimits: Equatable, Sendable {
    /// Ordinary stamps a second, of payloads below 4 KiB; 0 for no limit. Turnkey's API takes at most 60 requests a
    /// second.
    var perSecond: Int64 = 1000
    /// How many seconds' worth of tokens a bucket holds.
    var burstSeconds: Int64 = 10
}

/// A token bucket for each payer. A call costs tokens by the work that it makes.
struct CallRate {
    var limits: StampLimits

    /// The price of an ordinary stamp: one token, and one for the first 4 KiB.
    static let stampTokens: Int64 = 2
    /// One token is charged for each begun piece of this many bytes.
    static let pieceByteCount = 4096
    /// The number of buckets from which full ones are forgotten.
    private static let many = 1024

    /// When each payer's bucket will be full, in nanoseconds since boot.
    private var fullTimes: [Payer: Int64] = [:]
    /// The stamps of each account in this second and the one before.
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

    /// Returns how many tokens a call costs before it is answered.
    ///
    /// - Returns: Zero for a free call; otherwise by `byteCount`, the length of its message.
    static func tokens(_ price: MethodTraits.Price, byteCount: Int) -> Int64 {
        price == .free ? 0 : 1 + pieces(byteCount)
    }

    /// Returns how many pieces of 4 KiB are begun.
    static func pieces(_ byteCount: Int) -> Int64 { Int64((byteCount + pieceByteCount - 1) / pieceByteCount) }

    /// Takes tokens. A call that costs more than a full bucket takes a full bucket.
    ///
    /// - Returns: Nil if the tokens were there; else the milliseconds until they will be, and nothing is taken.
    mutating func take(_ tokens: Int64, of payer: Payer, at now: BootInstant) -> Int64? {
        guard limits.perSecond > 0, tokens > 0 else { return nil }
        let full = max(fullTimes[payer] ?? 0, now.nanoseconds)
        let price = min(tokens * nanosecondsPerToken, capacityNanoseconds)
        let excess = full + price - now.nanoseconds - capacityNanoseconds
        guard excess <= 0 else { return excess / 1_000_000 + 1 }
        if fullTimes.count >= Self.many { fullTimes = fullTimes.filter { now.nanoseconds < $0.value } }
        fullTimes[payer] = full + price
        return nil
    }

    /// Charges what an answered call cost besides. The payer's next calls wait for it.
    mutating func charge(_ tokens: Int64, to payer: Payer, at now: BootInstant) {
        guard limits.perSecond > 0, tokens > 0 else { return }
        let full = max(fullTimes[payer] ?? 0, now.nanoseconds)
        let price = min(tokens * nanosecondsPerToken, capacityNanoseconds)
        fullTimes[payer] = min(full + price, now.nanoseconds + 2 * capacityNanoseconds)
    }

    /// Counts a stamp that was made.
    mutating func countStamp(of account: Account, at now: BootInstant) {
        if counts.count >= Self.many { counts = counts.filter { now.seconds <= $0.value.second + 1 } }
        counts[account, default: SecondCount(second: now.seconds)].add(at: now.seconds)
    }

    /// Returns how many stamps the account made in the last whole second.
    func stampsPerSecond(of account: Account, at now: BootInstant) -> Int64 {
        guard var count = counts[account] else { return 0 }
        count.move(to: now.seconds)
        return count.before
    }

    /// Whether an ordinary stamp of the account, or of one of its delegates, would be refused now.
    func isThrottled(_ account: Account, at now: BootInstant) -> Bool {
        guard limits.perSecond > 0 else { return false }
        let limit = now.nanoseconds + capacityNanoseconds - Self.stampTokens * nanosecondsPerToken
        return fullTimes.contains { $0.key.account == account && $0.value > limit }
    }

    private var nanosecondsPerToken: Int64 { 1_000_000_000 / limits.perSecond / Self.stampTokens }
    private var capacityNanoseconds: Int64 { limits.burstSeconds * 1_000_000_000 }
}
