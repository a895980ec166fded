// SPDX-License-Identifier: Apache-2.0

/// The counters of a frame's limits.
///
/// The window moves in steps of a sixty-fourth: a charge counts until 65 steps have begun since, which is at least the
/// window and at most a sixty-fourth more.
package struct Counters: Sendable {
    struct Key: Hashable, Sendable {
        let name: Text
        let party: Text
    }

    struct Bucket: Equatable, Sendable {
        /// The index of the bucket's step: boot time divided by a sixty-fourth of the window.
        let index: Int64
        var amount: UInt256
    }

    struct Counter: Equatable, Sendable {
        let identity: UInt128
        /// The window in seconds.
        let window: Int64
        /// The buckets in the order of their indexes, at most 65; none is zero.
        var buckets: [Bucket]

        var step: Int64 { Counters.step(ofWindow: window) }
    }

    static let liveBuckets: Int64 = 64
    /// The longest name of a party, in bytes. A stamp that would need a counter for a longer one is refused.
    package static let maximumPartyByteCount = 512

    private(set) var slots: [(key: Key, counter: Counter)?] = []
    private var numbers: [Key: Int] = [:]
    private var free: [Int] = []
    /// The places that changed since they were last written.
    var changed: Set<Int> = []
    /// The moment since which kept counters were unreadable: each limit counts as used up for one window from then on.
    var unreadableSince: Int64?
    /// The names of the limits in force.
    private var names: Set<Text> = []
    /// The longest window of the limits in force, in seconds; nil if there are none.
    private var longestWindow: Int64?

    /// Creates counters without charges.
    package init() {}

    /// Replaces counters that could not be read. What they held is unknown, so every limit counts as used up until its
    /// window has passed since `now`, CLOCK_BOOTTIME in nanoseconds.
    package init(unreadableSince now: Int64) { unreadableSince = now }

    /// Takes the limits in force, at start and at a reload. Counters of a limit whose definition changed are dropped;
    /// the others go on.
    package mutating func adopt(_ limits: [Limit]) {
        let identities = Dictionary(
            limits.map { ($0.nameText, CountedLimit($0).identity) },
            uniquingKeysWith: { first, _ in first }
        )
        names = Set(identities.keys)
        longestWindow = limits.map(\.window).max()
        for number in slots.indices {
            guard let slot = slots[number], let identity = identities[slot.key.name], identity != slot.counter.identity
            else { continue }
            remove(number)
        }
    }

    /// Charges the amounts in their order; `now` is CLOCK_BOOTTIME in nanoseconds, the same as for the decision.
    ///
    /// - Returns: The receipt that `giveBack` takes.
    @discardableResult
    package mutating func charge(_ charges: [Charge], at now: Int64) -> Receipt {
        var receipt = Receipt()
        for charge in charges {
            let key = Key(name: charge.name, party: charge.party)
            guard let number = number(for: key, charge, at: now) else { continue }
            let bucket = add(charge.amount, to: number, at: now)
            receipt.entries.append(Receipt.Entry(key: key, bucket: bucket, amount: charge.amount))
        }
        return receipt
    }

    /// Takes back the charges of a confirmation that was refused or timed out.
    package mutating func giveBack(_ receipt: Receipt) {
        for entry in receipt.entries {
            guard let number = numbers[entry.key], var slot = slots[number],
                let index = slot.counter.buckets.firstIndex(where: { $0.index == entry.bucket }),
                // A bucket at its greatest value has saturated, so subtracting would be wrong.
                slot.counter.buckets[index].amount != .max
            else { continue }
            let rest = slot.counter.buckets[index].amount.saturatingSubtracting(entry.amount)
            slot.counter.buckets[index].amount = rest
            if rest == .zero { slot.counter.buckets.remove(at: index) }
            if slot.counter.buckets.isEmpty {
                remove(number)
            } else {
                slots[number] = slot
                changed.insert(number)
            }
        }
    }

    /// When the last charge stops counting, by CLOCK_BOOTTIME in nanoseconds; nil if none counts at `now`.
    package func chargedUntil(at now: Int64) -> Int64? {
        var latest: Int64?
        if let since = unreadableSince, let window = longestWindow {
            let end = Self.end(ofBucket: max(since, 0) / Self.step(ofWindow: window), window)
            if end > now { latest = end }
        }
        for case let slot? in slots {
            let end = Self.end(of: slot.counter)
            if end > now { latest = max(latest ?? end, end) }
        }
        return latest
    }

    /// How many counters there are.
    package var count: Int { numbers.count }

    /// Whether another process must take the counters over, because it would begin with none.
    package var isWorthKeeping: Bool { !numbers.isEmpty || unreadableSince != nil }
}

/// Tells how much room a limit has.
extension Counters {
    enum Verdict {
        case fits(UInt256)
        /// The amount does not fit; `left` is what would.
        case exceeds(retryAfterMilliseconds: Int64, left: UInt256)
        case noCounter(retryAfterMilliseconds: Int64?)
    }

    /// Checks that `amount` fits. `newCounters` is how many new counters the same stamp needs so far; it grows by one
    /// if this limit needs one.
    func check(
        _ limit: CountedLimit,
        of party: Text,
        amount: Natural,
        at now: Int64,
        newCounters: inout Int
    ) -> Verdict {
        let windowMilliseconds = limit.limit.window * 1000
        if let since = unreadableSince {
            let window = limit.limit.window
            let end = Self.end(ofBucket: max(since, 0) / Self.step(ofWindow: window), window)
            if end > now { return .exceeds(retryAfterMilliseconds: Self.milliseconds(from: now, to: end), left: .zero) }
        }
        let maximum = limit.limit.maximum
        let key = Key(name: limit.limit.nameText, party: party)
        guard let number = numbers[key], let counter = slots[number]?.counter, counter.identity == limit.identity else {
            guard party.bytes.count <= Self.maximumPartyByteCount else {
                return .noCounter(retryAfterMilliseconds: nil)
            }
            newCounters += 1
            guard newCounters <= RuleLimits.maximumCounterCount - numbers.count + reclaimable(at: now) else {
                return .noCounter(retryAfterMilliseconds: firstFree(at: now))
            }
            guard amount <= maximum else {
                return .exceeds(retryAfterMilliseconds: windowMilliseconds, left: UInt256(saturating: maximum))
            }
            return .fits(UInt256(saturating: amount))
        }
        let charged = charged(counter, at: now)
        let left = UInt256(saturating: maximum).saturatingSubtracting(charged)
        guard amount <= maximum else { return .exceeds(retryAfterMilliseconds: windowMilliseconds, left: left) }
        let addition = UInt256(saturating: amount)
        guard Natural(charged.saturatingAdding(addition)) > maximum else { return .fits(addition) }
        return .exceeds(retryAfterMilliseconds: retry(counter, addition, maximum, at: now), left: left)
    }

    private func charged(_ counter: Counter, at now: Int64) -> UInt256 {
        var sum = UInt256.zero
        let current = max(now, 0) / counter.step
        for bucket in counter.buckets where current - bucket.index <= Self.liveBuckets {
            sum = sum.saturatingAdding(bucket.amount)
        }
        return sum
    }

    /// Returns the milliseconds until so many of the oldest charges have stopped counting that the amount fits.
    private func retry(_ counter: Counter, _ amount: UInt256, _ maximum: Natural, at now: Int64) -> Int64 {
        var sum = amount
        for bucket in counter.buckets.reversed() {
            sum = sum.saturatingAdding(bucket.amount)
            if Natural(sum) > maximum {
                return Self.milliseconds(from: now, to: Self.end(ofBucket: bucket.index, counter.window))
            }
        }
        return 0
    }

    /// Counts counters without a charge that still counts, and those of limits no longer in force.
    private func reclaimable(at now: Int64) -> Int {
        guard numbers.count == RuleLimits.maximumCounterCount else { return 0 }
        var count = 0
        for number in slots.indices where isReclaimable(number, at: now) { count += 1 }
        return count
    }

    private func isReclaimable(_ number: Int, at now: Int64) -> Bool {
        guard let slot = slots[number] else { return false }
        return Self.end(of: slot.counter) <= now || !names.contains(slot.key.name)
    }

    private func firstFree(at now: Int64) -> Int64? {
        var first: Int64?
        for case let slot? in slots {
            let end = Self.end(of: slot.counter)
            first = min(first ?? end, end)
        }
        return first.map { Self.milliseconds(from: now, to: $0) }
    }
}

/// Manages places and buckets.
extension Counters {
    private mutating func number(for key: Key, _ charge: Charge, at now: Int64) -> Int? {
        if let number = numbers[key], slots[number]?.counter.identity == charge.identity { return number }
        if let number = numbers[key] { remove(number) }
        if numbers.count >= RuleLimits.maximumCounterCount {
            for number in slots.indices where isReclaimable(number, at: now) { remove(number) }
        }
        guard numbers.count < RuleLimits.maximumCounterCount else { return nil }
        insert(key, Counter(identity: charge.identity, window: charge.window, buckets: []))
        return numbers[key]
    }

    /// Appends a counter that was read. False if one with that key exists.
    mutating func append(_ key: Key, _ counter: Counter) -> Bool {
        guard numbers.updateValue(slots.count, forKey: key) == nil else { return false }
        slots.append((key, counter))
        return true
    }

    mutating func appendFree() {
        free.append(slots.count)
        slots.append(nil)
    }

    private mutating func insert(_ key: Key, _ counter: Counter) {
        let number: Int
        if let last = free.popLast() {
            number = last
            slots[number] = (key, counter)
        } else {
            number = slots.count
            slots.append((key, counter))
        }
        numbers[key] = number
        changed.insert(number)
    }

    private mutating func remove(_ number: Int) {
        guard let slot = slots[number] else { return }
        numbers[slot.key] = nil
        slots[number] = nil
        free.append(number)
        changed.insert(number)
    }

    /// Adds an amount to a counter.
    ///
    /// - Returns: The index of the bucket that took it.
    private mutating func add(_ amount: UInt256, to number: Int, at now: Int64) -> Int64 {
        guard var counter = slots[number]?.counter, let key = slots[number]?.key else { return 0 }
        slots[number] = nil
        let current = max(max(now, 0) / counter.step, counter.buckets.last?.index ?? 0)
        counter.buckets.removeAll { current - $0.index > Self.liveBuckets }
        if counter.buckets.last?.index == current {
            let last = counter.buckets.count - 1
            counter.buckets[last].amount = counter.buckets[last].amount.saturatingAdding(amount)
        } else if amount != .zero {
            counter.buckets.append(Bucket(index: current, amount: amount))
        }
        slots[number] = (key, counter)
        changed.insert(number)
        return current
    }

    static func step(ofWindow seconds: Int64) -> Int64 { seconds * (1_000_000_000 / liveBuckets) }

    private static func end(of counter: Counter) -> Int64 {
        guard let last = counter.buckets.last else { return 0 }
        return end(ofBucket: last.index, counter.window)
    }

    /// When charges in the bucket stop counting.
    private static func end(ofBucket index: Int64, _ window: Int64) -> Int64 {
        let (end, overflows) = (index + liveBuckets + 1).multipliedReportingOverflow(by: step(ofWindow: window))
        return overflows ? .max : end
    }

    /// The milliseconds between two moments, rounded up.
    private static func milliseconds(from now: Int64, to end: Int64) -> Int64 {
        let (rest, overflows) = end.subtractingReportingOverflow(now)
        guard !overflows else { return .max / 1_000_000 }
        return rest <= 0 ? 0 : (rest - 1) / 1_000_000 + 1
    }
}
