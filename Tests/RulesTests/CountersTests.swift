// SPDX-License-Identifier: Apache-2.0
import Foundation
import Rules
import Testing

@Suite("Limits") struct CountersTests {
    private static let second: Int64 = 1_000_000_000

    private func limited(_ limit: String, who: String = "") throws -> RuleSet {
        try readRule(
            #"""
            "effect": "allow", "kind": ["T"], \#(who) "only": [], "limit": [\#(limit)],
            "when": [{"at": "/parameters/n/*", "between": ["0", "1000"]}]
            """#
        )
    }

    /// Decides at an instant, and charges where it is allowed.
    private func stamp(
        _ set: RuleSet,
        _ amounts: [Int] = [1],
        _ caller: Caller = .sample(),
        at seconds: Double,
        _ counters: inout Counters
    ) -> Decision {
        let boot = Int64(seconds * Double(Self.second))
        let clock = Clock(wallMilliseconds: Clock.monday, bootNanoseconds: boot)
        let decision = set.decide(activity("ACTIVITY_TYPE_T", "{\"n\": \(amounts)}"), caller, at: clock, with: counters)
        if decision.answer == .stamp { counters.charge(decision.charges, at: boot) }
        return decision
    }

    @Test("a charge counts for the window, and at most a sixty-fourth longer", arguments: [1, 60, 3600, 2_678_400])
    func window(_ window: Int) throws {
        let set = try limited(#"{"name": "n", "count": 1, "window": \#(window), "by": "all"}"#)
        for start in [1_000_000, 1_000_000.3, 7_777_777.77] {
            var counters = Counters()
            #expect(stamp(set, at: start, &counters).effect == .allow)
            let refused = stamp(set, at: start + Double(window), &counters)
            #expect(refused.reason?.text == "limit.n")
            let retry = try #require(refused.retryAfterMilliseconds)
            #expect(retry > 0 && Double(retry) <= Double(window) * 1000 / 64 + 1)
            #expect(stamp(set, at: start + Double(window) * 65 / 64 + 0.001, &counters).effect == .allow)
        }
    }

    @Test("a refusal's time is enough, and a millisecond less is not") func retry() throws {
        let set = try limited(#"{"name": "n", "sum": "/parameters/n/*", "max": "100", "window": 640, "by": "all"}"#)
        var counters = Counters()
        for (at, amount) in [(1000, 40), (1100, 30), (1200, 30)] {
            #expect(stamp(set, [amount], at: Double(at), &counters).effect == .allow)
        }
        let refused = stamp(set, [60], at: 1300, &counters)
        let retry = try #require(refused.retryAfterMilliseconds)
        #expect(refused.reason?.text == "limit.n")
        var copy = counters
        #expect(stamp(set, [60], at: 1300 + Double(retry - 1) / 1000, &copy).effect == .deny)
        #expect(stamp(set, [60], at: 1300 + Double(retry) / 1000, &counters).effect == .allow)
    }

    @Test("where one amount alone is too much, the time to wait is the window; all that * reaches is one amount")
    func alone() throws {
        let set = try limited(#"{"name": "n", "sum": "/parameters/n/*", "max": "100", "window": 640, "by": "all"}"#)
        var counters = Counters()
        #expect(stamp(set, [101], at: 1, &counters).retryAfterMilliseconds == 640_000)
        #expect(stamp(set, [50, 51], at: 1, &counters).retryAfterMilliseconds == 640_000)
        #expect(stamp(set, [50, 50], at: 1, &counters).effect == .allow)
        #expect(stamp(set, [0], at: 1, &counters).effect == .allow)
        #expect(stamp(set, [1], at: 1, &counters).effect == .deny)
    }

    @Test("all of a rule's limits are charged, or none") func allOrNone() throws {
        let set = try limited(
            #"""
            {"name": "many", "count": 9, "window": 60, "by": "all"},
            {"name": "few", "count": 1, "window": 60, "by": "session"}
            """#
        )
        var counters = Counters()
        #expect(stamp(set, at: 1, &counters).charges.count == 2)
        let refused = stamp(set, at: 1, &counters)
        #expect(refused.reason?.text == "limit.few")
        #expect(refused.charges.isEmpty)
    }

    @Test("each party has a counter of its own, and one that cannot be told is refused")
    func parties() throws {
        let rows: [(String, Caller, Caller, Caller?)] = [
            ("session", .sample(session: "a"), .sample(session: "b"), nil),
            ("account", .sample(account: 1), .sample(account: 2), .sample(account: nil)),
            ("unit", .sample(unit: "a.service"), .sample(unit: "b.service"), nil),
            ("delegate", .sample(delegate: .text("a")), .sample(delegate: .none), .sample(delegate: .untold)),
        ]
        for (by, one, other, untold) in rows {
            let who = by == "unit" ? #""who": {"unit": ["a.service", "b.service"]},"# : ""
            let set = try limited(#"{"name": "n", "count": 1, "window": 60, "by": "\#(by)"}"#, who: who)
            var counters = Counters()
            for caller in [one, other] {
                #expect(stamp(set, [1], caller, at: 1, &counters).effect == .allow, "\(by)")
                #expect(stamp(set, [1], caller, at: 1, &counters).reason?.text == "limit.n", "\(by)")
            }
            guard let untold else { continue }
            let refused = stamp(set, [1], untold, at: 1, &counters)
            #expect(refused.reason?.text == "limit.n" && refused.retryAfterMilliseconds == nil, "\(by)")
        }
    }

    @Test("what a confirmation charged is given back") func giveBack() throws {
        let set = try limited(#"{"name": "n", "count": 1, "window": 60, "by": "all"}"#)
        var counters = Counters()
        let receipt = counters.charge(set.decide(activity("ACTIVITY_TYPE_T", #"{"n": [1]}"#)).charges, at: Self.second)
        #expect(stamp(set, at: 2, &counters).effect == .deny)
        counters.giveBack(receipt)
        #expect(counters.chargedUntil(at: 2 * Self.second) == nil)
        counters.giveBack(receipt)
        #expect(stamp(set, at: 2, &counters).effect == .allow)
    }

    @Test("over a reload a counter goes on, unless by, window or what is counted has changed") func reload() throws {
        let before = #"{"name": "n", "count": 1, "window": 60, "by": "all"}"#
        let rows: [(String, Bool)] = [
            (before, true),
            (#"{"name": "n", "count": 1, "window": 60, "by": "session"}"#, false),
            (#"{"name": "n", "count": 1, "window": 61, "by": "all"}"#, false),
            (#"{"name": "n", "sum": "/parameters/n/*", "max": "1", "window": 60, "by": "all"}"#, false),
        ]
        for (after, goesOn) in rows {
            var counters = Counters()
            #expect(stamp(try limited(before), at: 1, &counters).effect == .allow)
            let sets = try RuleSets.frame(["stamp": try setText(after)])
            counters.adopt(sets.limits)
            let set = try #require(sets.sets["stamp"])
            #expect((stamp(set, at: 2, &counters).effect == .deny) == goesOn, "\(after)")
        }
    }

    private func setText(_ limit: String, id: String = "r") throws -> String {
        #"""
        {"version": 1, "rules": [{"id": "\#(id)", "effect": "allow", "kind": ["T"], "only": [], "limit": [\#(limit)],
        "when": [{"at": "/parameters/n/*", "between": ["0", "1000"]}]}]}
        """#
    }

    @Test("limits of one name share one counter, whatever socket they stand at") func shared() throws {
        let text = try setText(#"{"name": "n", "count": 1, "window": 60, "by": "all"}"#)
        let sets = try RuleSets.frame(["stamp": text, "stamp-b": text])
        #expect(sets.limits.count == 1)
        var counters = Counters()
        #expect(stamp(try #require(sets.sets["stamp"]), at: 1, &counters).effect == .allow)
        #expect(stamp(try #require(sets.sets["stamp-b"]), at: 1, &counters).effect == .deny)
    }

    @Test("a frame has at most 1,024 counters; a charge that ran out makes room") func full() throws {
        let set = try limited(#"{"name": "n", "count": 1, "window": 60, "by": "account"}"#)
        var counters = Counters()
        for account in 0..<1024 {
            #expect(stamp(set, [1], .sample(account: UInt32(account)), at: 1, &counters).effect == .allow)
        }
        counters.adopt(
            try RuleSets.frame(["stamp": setText(#"{"name": "n", "count": 1, "window": 60, "by": "account"}"#)]).limits
        )
        let refused = stamp(set, [1], .sample(account: 5000), at: 2, &counters)
        #expect(refused.reason?.text == "limit.n")
        let retry = try #require(refused.retryAfterMilliseconds)
        let later = 2 + Double(retry) / 1000
        #expect(stamp(set, [1], .sample(account: 5000), at: later, &counters).effect == .allow)
        #expect(counters.count == 1)
    }

    @Test("a set that observes charges what is left, and stamps") func observe() throws {
        let text =
            #"{"version": 1, "mode": "observe", "rules": [{"id": "r", "effect": "allow", "kind": ["T"], "only": [],"#
            + #""limit": [{"name": "n", "sum": "/parameters/n/*", "max": "10", "window": 60, "by": "all"}],"#
            + #""when": [{"at": "/parameters/n/*", "between": ["0", "1000"]}]}]}"#
        let set = try readSet(text)
        var counters = Counters()
        #expect(!stamp(set, [7], at: 1, &counters).wouldDeny)
        let observed = stamp(set, [7], at: 1, &counters)
        #expect(observed.wouldDeny && observed.answer == .stamp && observed.reason?.text == "limit.n")
        #expect(stamp(set, [1], at: 1, &counters).wouldDeny)
        #expect(stamp(set, [0], at: 1, &counters).effect == .allow)
    }
}

@Suite("Counters as bytes") struct CountersBytesTests {
    private let now: Int64 = 5_000_000_000_000

    private func charged() throws -> (RuleSet, Counters) {
        let set = try readRule(
            #"""
            "effect": "allow", "kind": ["T"], "only": [],
            "limit": [{"name": "n", "count": 2, "window": 60, "by": "account"}]
            """#
        )
        var counters = Counters()
        for account: UInt32 in [1, 2, 2] {
            let clock = Clock(wallMilliseconds: Clock.monday, bootNanoseconds: now)
            let decision = set.decide(activity("ACTIVITY_TYPE_T"), .sample(account: account), at: clock, with: counters)
            counters.charge(decision.charges, at: now)
        }
        return (set, counters)
    }

    private func written(_ counters: inout Counters) -> [UInt8] {
        var area = [UInt8](repeating: 0, count: Counters.byteCount)
        var span = area.mutableSpan
        counters.writeChanges(to: &span)
        return area
    }

    @Test("what was written is read back, and goes on") func roundTrip() throws {
        var (set, counters) = try charged()
        let area = written(&counters)
        var read = try Counters(reading: area.span, at: now)
        let clock = Clock(wallMilliseconds: Clock.monday, bootNanoseconds: now)
        #expect(set.decide(activity("ACTIVITY_TYPE_T"), .sample(account: 1), at: clock, with: read).effect == .allow)
        #expect(set.decide(activity("ACTIVITY_TYPE_T"), .sample(account: 2), at: clock, with: read).effect == .deny)
        #expect(read.count == 2)
        let later = Clock(wallMilliseconds: Clock.monday, bootNanoseconds: now + 70_000_000_000)
        let decision = set.decide(activity("ACTIVITY_TYPE_T"), .sample(account: 2), at: later, with: read)
        #expect(decision.effect == .allow)
        read.charge(decision.charges, at: later.bootNanoseconds)
        #expect(read.chargedUntil(at: later.bootNanoseconds) != nil)
    }

    @Test("a bit that changed, in what was written, is refused") func flipped() throws {
        var (_, counters) = try charged()
        let area = written(&counters)
        let used = area.lastIndex { $0 != 0 } ?? 0
        for offset in stride(from: 0, through: used, by: 1) {
            var broken = area
            broken[offset] ^= 1 << UInt8(offset % 8)
            #expect(throws: Counters.ReadingError.self, "byte \(offset)") {
                try Counters(reading: broken.span, at: now)
            }
        }
        #expect(throws: Counters.ReadingError.size) { try Counters(reading: Array(area.dropLast()).span, at: now) }
        #expect(throws: Counters.ReadingError.place, "from the future") {
            try Counters(reading: area.span, at: now / 2)
        }
    }

    @Test("what could not be read leaves nothing of a limit until its window has passed") func unreadable() throws {
        let (set, _) = try charged()
        var counters = Counters(unreadableSince: now)
        let area = written(&counters)
        for counters in [counters, try Counters(reading: area.span, at: now)] {
            func decide(_ seconds: Int64) -> Decision {
                let clock = Clock(wallMilliseconds: Clock.monday, bootNanoseconds: now + seconds * 1_000_000_000)
                return set.decide(activity("ACTIVITY_TYPE_T"), at: clock, with: counters)
            }
            #expect(decide(0).reason?.text == "limit.n")
            #expect(decide(60).reason?.text == "limit.n")
            #expect(decide(61).effect == .allow)
        }
    }
}
