// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Fleet

@Suite("what waits for a courier's machine")
struct EventQueueTests {
    private let frame = CarrierStage.first

    @Test("of a flood of parcels the last one waits, behind what came before it")
    func parcels() async throws {
        let queue = EventQueue()
        queue.add(.started)
        for number in 0..<100_000 { queue.add(.parcelCame(bytes("\(number)"))) }
        queue.add(.timerEnded(.card))
        let events = queue.takeAll()
        #expect(events.map(\.kind) == [.start, .parcel, .timer(.card)])
        guard case .parcelCame(let last) = events[1] else {
            Issue.record("\(events)")
            return
        }
        #expect(last == bytes("99999"))
        #expect(queue.takeAll().isEmpty)
        // One wake-up for them all.
        var wakes = queue.wakes.makeAsyncIterator()
        #expect(await wakes.next() != nil)
    }

    @Test("of cards the newest waits, and a later look that finds it the same does not hide it")
    func cards() throws {
        let cards = try (0..<3).map { _ in try Documents.makeCard(frame).envelope }
        let queue = EventQueue()
        for card in cards { queue.add(.cardIs(card, timeLeft: .seconds(3_600))) }
        queue.add(.cardIsTheSame(timeLeft: .seconds(3_600)))
        let events = queue.takeAll()
        #expect(events.map(\.kind) == [.newCard, .sameCard])
        guard case .cardIs(let last, _, _) = events[0] else {
            Issue.record("\(events)")
            return
        }
        #expect(last == cards[2])
    }

    @Test("whatever happens, and however often, no more waits than there are kinds of events")
    func bounded() throws {
        let envelope = try Documents.makeCard(frame).envelope
        let away = CarrierFault.unreachable(detail: "nobody there")
        let timers = CourierMachine.Timer.allCases.map { CourierMachine.Event.timerEnded($0) }
        let all: [CourierMachine.Event] =
            [
                .started, .cardIs(envelope, timeLeft: .zero), .cardIsTheSame(timeLeft: .zero),
                .frameDidNotAnswer("away"), .cardPublished, .cardNotPublished(away), .parcelCame([1]),
                .watchEnded(away, lived: .zero), .parcelTaken, .parcelRefused(reason: "signature"),
                .parcelNotDelivered("away"), .receiptPublished, .receiptNotPublished(away),
            ] + timers
        let queue = EventQueue()
        for _ in 0..<100 { for event in all { queue.add(event) } }
        let waiting = queue.takeAll()
        #expect(waiting.count == Set(all.map(\.kind)).count)
    }
}
