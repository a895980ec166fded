// SPDX-License-Identifier: Apache-2.0
import Foundation
import Glibc
import Testing

@testable import TurnkeyClient

@Suite("When a session is over")
struct ExpiryTests {
    @Test("ContinuousClock is CLOCK_BOOTTIME here: it counts suspend")
    func clock() throws {
        let before = bootTime()
        // An instant is written as an object of one member: the duration since the clock's zero.
        let written = try JSONEncoder().encode(ContinuousClock.now)
        let now = try #require(try JSONDecoder().decode([String: Duration].self, from: written).values.first)
        let after = bootTime()
        #expect(before <= now && now <= after)
    }

    private func bootTime() -> Duration {
        var time = timespec()
        clock_gettime(CLOCK_BOOTTIME, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }

    @Test("it is counted from before the request, and three seconds early")
    func margin() {
        let start = Expiry.Start()
        let expiry = Expiry(start, expirationSeconds: 900)
        #expect(expiry.date == start.date + 897)
        #expect(expiry.deadline == start.instant + .seconds(897))
        #expect(expiry.remainingSeconds <= 897)
    }

    @Test("the earlier of two clocks counts: one that was set back gives no more life, one set ahead takes it")
    func clocks() {
        let start = Expiry.Start()
        let expiry = Expiry(start, expirationSeconds: 903)
        let inTen = start.instant + .seconds(10)
        #expect(expiry.remaining(at: inTen, start.date + 10) == .seconds(890))
        #expect(expiry.remaining(at: inTen, start.date - 3_600) == .seconds(890))
        #expect(expiry.remaining(at: inTen, start.date + 3_600) == .zero)
        #expect(expiry.remaining(at: start.instant + .seconds(901), start.date) == .zero)
    }

    @Test("written down and read again it ends at the same time; after a restart of the machine the wall clock decides")
    func stored() throws {
        let expiry = Expiry(Expiry.Start(), expirationSeconds: 900)
        let written = try JSONEncoder().encode(StoredExpiry(expiry))
        let read = try JSONDecoder().decode(StoredExpiry.self, from: written).expiry
        #expect(read.deadline == expiry.deadline)
        #expect(abs(read.date.timeIntervalSince(expiry.date)) < 0.002)

        let text = String(decoding: written, as: UTF8.self)
        let bootId = try #require(text.firstMatch(of: /"bootId":"([^"]+)"/)?.1)
        let otherBoot = text.replacing(bootId, with: "00000000-0000-0000-0000-000000000000")
        let later = try JSONDecoder().decode(StoredExpiry.self, from: Data(otherBoot.utf8)).expiry
        #expect(later.deadline == nil)
        #expect(later.remaining() > .seconds(890))
    }
}
