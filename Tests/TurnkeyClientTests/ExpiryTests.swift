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
        let (start, now) = (ContinuousClock.now, Expiry.Moment())
        let expiry = Expiry(start, expirationSeconds: 900, at: now)
        #expect(expiry.deadline == start + .seconds(897))
        let left = (start + .seconds(897) - now.instant) / .seconds(1)
        #expect(abs(expiry.date.timeIntervalSince(now.date) - left) < 0.001)
        #expect(expiry.remainingSeconds <= 897)
    }

    @Test("the earlier of two clocks counts: one that was set back gives no more life, one set ahead takes it")
    func clocks() {
        let start = Expiry.Moment()
        let expiry = Expiry(start.instant, expirationSeconds: 903, at: start)
        let inTen = start.instant + .seconds(10)
        #expect(expiry.remaining(at: inTen, start.date + 10) == .seconds(890))
        #expect(expiry.remaining(at: inTen, start.date - 3_600) == .seconds(890))
        #expect(expiry.remaining(at: inTen, start.date + 3_600) == .zero)
        #expect(expiry.remaining(at: start.instant + .seconds(901), start.date) == .zero)
    }

    @Test(
        "a clock that is set while somebody approves takes no life, and gives none",
        arguments: [-86_400.0, -3_600, -600, 0, 600, 3_600, 34_560_000]
    )
    func setMeanwhile(_ step: TimeInterval) throws {
        let start = Expiry.Moment()
        let now = Expiry.Moment(date: start.date + step + 60, instant: start.instant + .seconds(60))
        let expiry = Expiry(start.instant, expirationSeconds: 903, at: now)
        #expect(expiry.remaining(at: now.instant, now.date) == .seconds(840))
        // The API's clock is the one that this machine's was set to.
        #expect(Expiry.seconds(from: start.instant, to: now.date + 850.5, at: now) == 910)
    }

    @Test("an end from outside may be any number", arguments: [(1e300, 1_000_000_000), (-1e300, -1_000_000_000)])
    func far(_ seconds: TimeInterval, _ expected: Int) {
        #expect(Expiry.seconds(from: .now, to: Date(timeIntervalSince1970: seconds)) == expected)
    }

    @Test("written down and read again it ends at the same time; after a restart of the machine the wall clock decides")
    func stored() throws {
        let expiry = Expiry(.now, expirationSeconds: 900)
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
