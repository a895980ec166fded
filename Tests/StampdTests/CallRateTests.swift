// SPDX-License-Identifier: Apache-2.0
import SignerCore
import Testing
import Varlink

@testable import stampd

@Suite("the price of a call")
struct CallRateTests {
    private static let start = BootInstant(nanoseconds: 0).adding(seconds: 1000)

    @Test(
        "one token, and one for each begun 4 KiB",
        arguments: [(0, 1), (1, 2), (4096, 2), (4097, 3), (65_536, 17), (1_048_576, 257)] as [(Int, Int64)]
    )
    func tokens(_ byteCount: Int, _ tokens: Int64) {
        #expect(CallRate.tokens(.read, byteCount: byteCount) == tokens)
        #expect(CallRate.tokens(.list, byteCount: byteCount) == tokens)
        #expect(CallRate.tokens(.free, byteCount: byteCount) == 0)
    }

    @Test("so many ordinary stamps a second, a burst of them, and then one as each pair of tokens comes")
    func ordinary() {
        var rate = CallRate(StampLimits(perSecond: 4, burstSeconds: 2))
        for _ in 0..<8 { #expect(rate.take(CallRate.stampTokens, of: .user(1), at: Self.start) == nil) }
        #expect(rate.take(CallRate.stampTokens, of: .user(1), at: Self.start) == 251)
        #expect(rate.isThrottled(.user(1), at: Self.start))
        #expect(rate.take(CallRate.stampTokens, of: .user(2), at: Self.start) == nil)
        let later = Self.start.adding(milliseconds: 250)
        #expect(rate.take(CallRate.stampTokens, of: .user(1), at: later) == nil)
        #expect(rate.take(CallRate.stampTokens, of: .user(1), at: later) != nil)
    }

    @Test("a call that costs more than a bucket holds takes a full bucket") func large() {
        var rate = CallRate(StampLimits(perSecond: 1, burstSeconds: 1))
        #expect(rate.take(257, of: .user(1), at: Self.start) == nil)
        #expect(rate.take(2, of: .user(1), at: Self.start) == 1001)
        #expect(rate.take(257, of: .user(1), at: Self.start.adding(seconds: 1)) == nil)
    }

    @Test("what a reply cost is paid before the next call") func debt() {
        var rate = CallRate(StampLimits(perSecond: 1, burstSeconds: 4))
        #expect(rate.take(2, of: .user(1), at: Self.start) == nil)
        rate.charge(8, to: .user(1), at: Self.start)
        #expect(rate.take(2, of: .user(1), at: Self.start.adding(seconds: 1)) != nil)
        #expect(rate.take(2, of: .user(1), at: Self.start.adding(seconds: 3)) == nil)
    }

    @Test("no limit, no price") func unlimited() {
        var rate = CallRate(StampLimits(perSecond: 0))
        for _ in 0..<10_000 { #expect(rate.take(1000, of: .user(1), at: Self.start) == nil) }
        #expect(!rate.isThrottled(.user(1), at: Self.start))
    }

    @Test("the stamps of an account are those of the last whole second") func counts() {
        var rate = CallRate(StampLimits())
        for _ in 0..<3 { rate.countStamp(of: .user(1), at: Self.start) }
        #expect(rate.stampsPerSecond(of: .user(1), at: Self.start) == 0)
        #expect(rate.stampsPerSecond(of: .user(1), at: Self.start.adding(seconds: 1)) == 3)
        #expect(rate.stampsPerSecond(of: .user(1), at: Self.start.adding(seconds: 2)) == 0)
        #expect(rate.stampsPerSecond(of: .user(2), at: Self.start.adding(seconds: 1)) == 0)
    }

    @Test("whatever makes the frame read, hash or list has a price") func priced() {
        let priced =
            ServiceMethod.allCases.filter { $0.traits.price != .free }.map(\.rawValue)
            + StamperMethod.allCases.filter { $0.traits.price != .free }.map(\.rawValue)
            + ControlMethod.allCases.filter { $0.traits.price != .free }.map(\.rawValue)
        let expected = [
            "GetInterfaceDescription", "Stamp", "ListSessions", "GetStatus", "ReportRejected", "Monitor",
            "ListAccounts", "Explain", "ExplainFor", "ListConfirmations", "GetRules",
        ]
        #expect(Set(priced) == Set(expected))
    }
}
