// SPDX-License-Identifier: Apache-2.0
// Covers: Sources/Rules/Limits/Counters+Bytes.swift
// Words: counters
import Rules

extension FuzzTarget {
    /// Pairs of bytes are stamps: when, and by whom of how much. Behind a pair of 255, three bytes each change a place of
    /// what was kept.
    static let keptCounters = FuzzTarget(name: "kept-counters") { (bytes) throws(BrokenClaim) in
        var life = try CounterLife()
        var rest = bytes[...]
        while rest.count >= 2, !rest.starts(with: [255, 255]) {
            life.stamp(after: rest.removeFirst(), rest.removeFirst())
        }
        guard let read = life.read() else { throw BrokenClaim(claim: "what was kept is read") }
        try claim("no counter is lost", read.count == life.counters.count)
        try claim("no charge is lost", read.chargedUntil(at: life.now) == life.counters.chargedUntil(at: life.now))
        try claim("limits have as much left", life.answers(with: read) == life.answers(with: life.counters))
        try claim("no charge of the future is read", life.counters.count == 0 || life.read(at: 0) == nil)
        try life.goOn(afterChanging: Array(rest.dropFirst(2)))
    }
}

/// Limits that are charged, and the area that they are kept in.
private struct CounterLife {
    private(set) var counters = Counters()
    /// CLOCK_BOOTTIME in nanoseconds.
    private(set) var now: Int64 = 1_000_000_000_000
    private var area = [UInt8](repeating: 0, count: Counters.byteCount)
    private var workspace = Workspace()
    private let set: RuleSet
    private let limits: [Limit]

    private static let text = #"""
        {"stamp": {"version": 1, "rules": [{"id": "r", "effect": "allow", "kind": ["T"], "only": ["n"],
        "when": [{"at": "/parameters/n", "between": ["0", "255"]}], "limit": [
        {"name": "count", "count": 3, "window": 64, "by": "session"},
        {"name": "sum", "sum": "/parameters/n", "max": "1000", "window": 640, "by": "all"}]}]}}
        """#
    private static let parsed = readSets(text)
    private static let headerByteCount = 64
    private static let placeByteCount = (Counters.byteCount - headerByteCount) / RuleLimits.maximumCounterCount

    init() throws(BrokenClaim) {
        guard let sets = Self.parsed, let set = sets.sets["stamp"] else {
            throw BrokenClaim(claim: "a set with limits is read")
        }
        (self.set, limits) = (set, sets.limits)
        counters.adopt(limits)
        write()
    }

    private static func readSets(_ text: String) -> RuleSets? {
        do throws(RuleFaults) { return try RuleSets(reading: text.utf8.span, sockets: ["control", "stamp"]) } catch {
            return nil
        }
    }

    mutating func stamp(after step: UInt8, _ amount: UInt8) {
        now += Int64(step) * 500_000_000
        let decision = decide(amount, with: counters)
        let receipt = counters.charge(decision.charges, at: now)
        if amount & 15 == 15 { counters.giveBack(receipt) }
        write()
    }

    private mutating func write() {
        var written = counters
        var span = area.mutableSpan
        written.writeChanges(to: &span)
        counters = written
    }

    private mutating func decide(_ amount: UInt8, with counters: Counters) -> Decision {
        let session = Caller.Session(name: Text("s\(amount & 3)"), origin: .bundle)
        let caller = Caller(account: 1000, gids: [], units: nil, session: session)
        let clock = Clock(wallMilliseconds: 1_796_032_800_000, bootNanoseconds: now)
        let parameters = #"{"n": "\#(amount)"}"#
        let payload = #"""
            {"type": "ACTIVITY_TYPE_T", "timestampMs": "1796032800000", "organizationId": "o", "parameters": \#(parameters)}
            """#
        return set.decide(payload.utf8.span, for: caller, at: clock, with: counters, using: &workspace)
    }

    /// What each session is answered that asks for little or much.
    mutating func answers(with counters: Counters) -> [Int64?] {
        var answers: [Int64?] = []
        for amount: UInt8 in [0, 1, 2, 3, 252, 253] {
            let decision = decide(amount, with: counters)
            answers.append(decision.effect == .allow ? -1 : decision.retryAfterMilliseconds)
        }
        return answers
    }

    func read(at now: Int64? = nil) -> Counters? {
        do throws(Counters.ReadingError) {
            var counters = try Counters(reading: area.span, at: now ?? self.now)
            counters.adopt(limits)
            return counters
        } catch { return nil }
    }

    /// What is still read of a changed area is charged, written and read like any other.
    mutating func goOn(afterChanging changes: [UInt8]) throws(BrokenClaim) {
        for index in stride(from: 0, to: changes.count - 2, by: 3) {
            let place = Int(changes[index]) | Int(changes[index + 1]) << 8
            area[place % (Self.headerByteCount + 3 * Self.placeByteCount)] ^= changes[index + 2]
        }
        setHashes()
        guard let read = read() else { return }
        counters = read
        for amount: UInt8 in 0..<8 { stamp(after: amount, amount) }
        guard let again = self.read() else { throw BrokenClaim(claim: "what was read and charged is read again") }
        try claim("what was charged in it counts", again.chargedUntil(at: now) == counters.chargedUntil(at: now))
    }

    private mutating func setHashes() {
        set(area.span.extracting(..<40).tableHash, at: 40)
        for number in 0..<3 {
            let start = Self.headerByteCount + number * Self.placeByteCount
            guard area[start..<start + Self.placeByteCount].contains(where: { $0 != 0 }) else { continue }
            set(area.span.extracting(start + 8..<start + Self.placeByteCount).tableHash, at: start)
        }
    }

    private mutating func set(_ word: UInt64, at offset: Int) {
        for index in 0..<8 { area[offset + index] = UInt8(truncatingIfNeeded: word >> UInt64(8 * index)) }
    }
}
