// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import Fleet

/// A machine, with what it was told to do since it was asked last.
private struct Driven {
    var machine: CourierMachine
    var randomness = Seeded(1)

    init(hasEvidenceSocket: Bool = false) {
        machine = CourierMachine(hasEvidenceSocket: hasEvidenceSocket)
    }

    mutating func on(_ event: CourierMachine.Event) -> [CourierMachine.Action] { machine.handle(event, &randomness) }

    /// A courier whose card is published and whose parcels are watched.
    static func working(_ envelope: CardEnvelope, hasEvidenceSocket: Bool = false) -> Driven {
        var driven = Driven(hasEvidenceSocket: hasEvidenceSocket)
        for event: CourierMachine.Event in [
            .started, .cardIs(envelope, timeLeft: .seconds(3_600)), .timerEnded(.publication), .cardPublished,
        ] {
            _ = driven.on(event)
        }
        return driven
    }
}

/// The same numbers each time.
struct Seeded: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

    /// Marsaglia's xorshift64.
    mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state
    }
}

extension [CourierMachine.Action] {
    fileprivate var timers: [CourierMachine.Timer: Duration] {
        reduce(into: [:]) { timers, action in
            if case .setTimer(let timer, let time) = action { timers[timer] = time }
        }
    }

    fileprivate var said: [String] {
        compactMap { action in if case .say(let line) = action { line } else { nil } }
    }

    fileprivate var receipts: [CourierMachine.ReceiptDraft] {
        compactMap { action in if case .publishReceipt(let draft) = action { draft } else { nil } }
    }

    fileprivate var delivered: [ParcelEnvelope] {
        compactMap { action in if case .deliver(let envelope) = action { envelope } else { nil } }
    }
}

@Suite("what a courier does next")
struct CourierMachineTests {
    private let frame = CarrierStage.first
    private let away = CarrierFault.unreachable(detail: "nobody there")

    @Test("it publishes the card that the frame has, and then watches for the parcel")
    func start() throws {
        let envelope = try Documents.makeCard(frame).envelope
        var courier = Driven()
        #expect(courier.on(.started) == [.getCard(unless: nil)])
        let first = courier.on(.cardIs(envelope, timeLeft: .seconds(3_600)))
        #expect(first.timers[.card] != nil)
        #expect(first.timers[.publication] != nil)
        #expect(
            courier.on(.timerEnded(.publication)) == [.publishCard(envelope, timeToLive: CourierMachine.timeToLive)]
        )
        let published = courier.on(.cardPublished)
        #expect(published.contains(.watch(CarrierStage.fleet, frame)))
        #expect(published.contains(.beReady(CarrierStage.fleet, frame)))
        #expect(!courier.on(.cardPublished).contains { if case .watch = $0 { true } else { false } }, "once")
    }

    @Test("it publishes the card again before its lease ends, with time for a second try")
    func renewal() throws {
        let envelope = try Documents.makeCard(frame).envelope
        var courier = Driven.working(envelope)
        let renewal = try #require(courier.on(.cardPublished).timers[.publication])
        #expect(renewal * 2 < CourierMachine.timeToLive)
        let again = courier.on(.timerEnded(.publication))
        #expect(again == [.publishCard(envelope, timeToLive: CourierMachine.timeToLive)])
        #expect(courier.on(.timerEnded(.publication)).isEmpty, "one at a time")
    }

    @Test("it looks at the card when its end has come")
    func cardEnds() throws {
        let envelope = try Documents.makeCard(frame).envelope
        var courier = Driven()
        _ = courier.on(.started)
        let timer = try #require(courier.on(.cardIs(envelope, timeLeft: .seconds(3))).timers[.card])
        #expect(timer <= .seconds(3))
        #expect(courier.on(.timerEnded(.card)) == [.getCard(unless: envelope.hash)])
    }

    @Test(
        "it asks for the next card when the end of the one before comes, however soon or late it looked at that",
        arguments: [
            (left: Duration.milliseconds(4_321), look: Duration.milliseconds(4_321)),
            (.microseconds(1), .milliseconds(1)),
            // The frame still gives out what has ended by this clock.
            (.zero, .seconds(1)),
        ]
    )
    func exactEnd(left: Duration, look: Duration) throws {
        let (old, new) = (try Documents.makeCard(frame).envelope, try Documents.makeCard(frame).envelope)
        var courier = Driven.working(old)
        #expect(courier.on(.cardIsTheSame(timeLeft: left)).timers[.card] == look)
        #expect(courier.on(.timerEnded(.card)) == [.getCard(unless: old.hash)])
        // No time is spread: each moment is one without a card that can be answered.
        let next = courier.on(.cardIs(new, timeLeft: .seconds(3_600)))
        #expect(next.contains(.publishCard(new, timeToLive: CourierMachine.timeToLive)))
    }

    @Test("it publishes a card that came while another was being published as soon as that is done")
    func cardMeanwhile() throws {
        let (old, new) = (try Documents.makeCard(frame).envelope, try Documents.makeCard(frame).envelope)
        var courier = Driven.working(old)
        _ = courier.on(.timerEnded(.publication))
        _ = courier.on(.cardIs(new, timeLeft: .seconds(3_600)))
        #expect(courier.on(.timerEnded(.publication)).isEmpty, "one at a time")
        #expect(courier.on(.cardPublished).contains(.publishCard(new, timeToLive: CourierMachine.timeToLive)))
    }

    @Test("it publishes another card, as of a frame that was restarted, in place of the one before")
    func newCard() throws {
        let (old, new) = (try Documents.makeCard(frame).envelope, try Documents.makeCard(frame).envelope)
        var courier = Driven.working(old)
        #expect(courier.on(.cardIs(new, timeLeft: .seconds(3_600))).timers[.publication] != nil)
        #expect(courier.on(.timerEnded(.publication)) == [.publishCard(new, timeToLive: CourierMachine.timeToLive)])
    }

    @Test("it watches elsewhere where the frame's fleet is another by now")
    func newFleet() throws {
        var courier = Driven.working(try Documents.makeCard(frame).envelope)
        let fleet = FleetName("other")
        let moved = try Documents.makeCard(CarrierStage.second, fleet: fleet).envelope
        _ = courier.on(.cardIs(moved, timeLeft: .seconds(3_600)))
        _ = courier.on(.timerEnded(.publication))
        #expect(courier.on(.cardPublished).contains(.watch(fleet, CarrierStage.second)))
    }

    @Test("it lets the card of a frame that is away end, and publishes it when the frame is back")
    func frameAway() throws {
        var courier = Driven.working(try Documents.makeCard(frame).envelope)
        let gone = courier.on(.frameDidNotAnswer("no frame"))
        #expect(gone.said == ["no frame"])
        #expect(gone.timers[.card] != nil)
        #expect(courier.on(.timerEnded(.publication)).isEmpty)
        #expect(courier.on(.frameDidNotAnswer("no frame")).said.isEmpty, "one line an outage")
        let back = courier.on(.cardIsTheSame(timeLeft: .seconds(3_600)))
        #expect(back.said.count == 1)
        #expect(back.timers[.publication] != nil)
        #expect(courier.on(.timerEnded(.publication)).count == 1)
    }

    @Test("it renews a card without evidence when the frame is back, also where it asked for evidence meanwhile")
    func frameAwayWithoutEvidence() throws {
        let envelope = try Documents.makeCard(frame).envelope
        var courier = Driven.working(envelope, hasEvidenceSocket: true)
        _ = courier.on(.timerEnded(.publication))
        _ = courier.on(.cardPublished)
        _ = courier.on(.frameDidNotAnswer("no frame"))
        #expect(courier.on(.timerEnded(.publication)).isEmpty)
        #expect(courier.on(.timerEnded(.card)) == [.getCard(unless: nil)], "it asks for evidence")
        let back = courier.on(.cardIs(envelope, timeLeft: .seconds(3_600), unvouched: "no helper"))
        #expect(back.timers[.publication] != nil)
        let renewed = courier.on(.timerEnded(.publication))
        #expect(renewed == [.publishCard(envelope, timeToLive: CourierMachine.timeToLive)])
        _ = courier.on(.cardPublished)
        let again = courier.on(.cardIs(envelope, timeLeft: .seconds(3_600), unvouched: "no helper"))
        #expect(again.timers[.publication] == nil, "the timer of the renewal goes on")
    }

    @Test("it delivers a parcel once, however often the carrier hands it out")
    func once() throws {
        let (envelope, card) = try Documents.makeCard(frame)
        let parcel = try Documents.makeParcel(card)
        var courier = Driven.working(envelope)
        #expect(courier.on(.parcelCame(parcel)).delivered.count == 1)
        #expect(courier.on(.parcelCame(parcel)).isEmpty)
        let done = courier.on(.parcelTaken)
        #expect(done.receipts.map(\.outcome) == [.started])
        #expect(done.receipts.map(\.card) == [envelope.hash])
        #expect(done.contains(.getCard(unless: envelope.hash)), "the frame has another card now")
        #expect(courier.on(.parcelCame(parcel)).isEmpty)
    }

    @Test("it delivers a later parcel behind the one that is under way, and of several the last")
    func several() throws {
        let (envelope, card) = try Documents.makeCard(frame)
        let parcels = try ["a", "b", "c"].map { try Documents.makeParcel(card, $0) }
        var courier = Driven.working(envelope)
        for parcel in parcels { _ = courier.on(.parcelCame(parcel)) }
        let after = courier.on(.parcelRefused(reason: "signature"))
        #expect(after.delivered.map(\.parcel.userId) == ["c"])
        #expect(courier.on(.parcelTaken).delivered.isEmpty)
    }

    @Test("it says what was refused in a receipt for the card that the parcel names")
    func refused() throws {
        let (envelope, _) = try Documents.makeCard(frame)
        let (old, oldCard) = try Documents.makeCard(frame)
        var courier = Driven.working(envelope)
        _ = courier.on(.parcelCame(try Documents.makeParcel(oldCard)))
        let after = courier.on(.parcelRefused(reason: "otherCard"))
        #expect(after.receipts.map(\.card) == [old.hash])
        #expect(after.receipts.map(\.outcome) == [.refused(reason: "otherCard")])
    }

    @Test("a card that was answered before the courier was killed has its receipt from the next one")
    func alreadyTaken() throws {
        let (envelope, _) = try Documents.makeCard(frame)
        let (old, oldCard) = try Documents.makeCard(frame)
        var courier = Driven.working(envelope)
        _ = courier.on(.parcelCame(try Documents.makeParcel(oldCard)))
        let after = courier.on(.parcelRefused(reason: "alreadyTaken"))
        #expect(after.receipts.map(\.outcome) == [.started])
        #expect(after.receipts.map(\.card) == [old.hash])
    }

    /// A refusal, whether its parcel is for the card that waits, and the receipt that follows.
    struct Refusal: Sendable, CustomTestStringConvertible {
        let reason: String
        let isForWaiting: Bool
        let receipt: Receipt.Outcome?

        init(_ reason: String, forWaiting: Bool, _ receipt: Receipt.Outcome?) {
            (self.reason, isForWaiting, self.receipt) = (reason, forWaiting, receipt)
        }

        var testDescription: String { "\(reason) \(isForWaiting ? "for the card that waits" : "for one before")" }

        static let all: [Refusal] = [
            Refusal("tooLate", forWaiting: true, .refused(reason: "tooLate")),
            Refusal("unknownApprover", forWaiting: true, .refused(reason: "unknownApprover")),
            Refusal("sessionNotAllowed", forWaiting: true, .refused(reason: "sessionNotAllowed")),
            // The frame looks at the end of an answered card's parcel before it says that it was taken.
            Refusal("tooLate", forWaiting: false, .started),
            Refusal("sessionNotAllowed", forWaiting: false, .started),
            Refusal("alreadyTaken", forWaiting: false, .started),
            // It looks at the approver before the card.
            Refusal("unknownApprover", forWaiting: false, nil),
            Refusal("otherCard", forWaiting: false, .refused(reason: "otherCard")),
        ]
    }

    @Test(
        "a receipt says of a card what is known of it: another courier may have had its session started",
        arguments: Refusal.all
    )
    func refusalsAfterRestart(refusal: Refusal) throws {
        let (envelope, card) = try Documents.makeCard(frame)
        let (old, oldCard) = try Documents.makeCard(frame)
        var courier = Driven.working(envelope)
        _ = courier.on(.parcelCame(try Documents.makeParcel(refusal.isForWaiting ? card : oldCard)))
        let after = courier.on(.parcelRefused(reason: refusal.reason))
        #expect(after.receipts.map(\.outcome) == (refusal.receipt.map { [$0] } ?? []))
        let named = refusal.isForWaiting ? envelope.hash : old.hash
        #expect(after.receipts.allSatisfy { $0.card == named })
        #expect(after.said.count == 1)
    }

    @Test(
        "no refusal takes back that a card's session has started",
        arguments: ["tooLate", "unknownApprover", "otherCard"]
    )
    func startedStays(reason: String) throws {
        let (envelope, card) = try Documents.makeCard(frame)
        let parcels = try ["a", "b"].map { try Documents.makeParcel(card, $0) }
        var courier = Driven.working(envelope)
        _ = courier.on(.parcelCame(parcels[0]))
        #expect(courier.on(.parcelTaken).receipts.map(\.outcome) == [.started])
        _ = courier.on(.receiptPublished)
        _ = courier.on(.parcelCame(parcels[1]))
        #expect(courier.on(.parcelRefused(reason: reason)).receipts.isEmpty)
    }

    @Test("a parcel that cannot be read is told of once, whatever comes in between and however often it is listed")
    func garbageOnce() throws {
        let (envelope, card) = try Documents.makeCard(frame)
        var courier = Driven.working(envelope)
        let texts = ["{}", "[]", "1"]
        for text in texts { #expect(courier.on(.parcelCame(bytes(text))).said.count == 1) }
        _ = courier.on(.parcelCame(try Documents.makeParcel(card)))
        _ = courier.on(.parcelTaken)
        for text in texts + texts { #expect(courier.on(.parcelCame(bytes(text))).isEmpty) }
    }

    @Test("it does not trouble the frame with what is no parcel", arguments: ["", "{}", "{\"parcel\":1}", "\u{0}"])
    func garbage(text: String) throws {
        let envelope = try Documents.makeCard(frame).envelope
        var courier = Driven.working(envelope)
        let after = courier.on(.parcelCame(bytes(text)))
        #expect(after.delivered.isEmpty)
        #expect(after.receipts.map(\.outcome) == [.refused(reason: "malformed")])
        #expect(after.said.count == 1)
        #expect(courier.on(.parcelCame(bytes(text))).isEmpty)
    }

    @Test("a parcel for a frame that is away or locked waits, and is delivered when the frame answers")
    func waits() throws {
        let (envelope, card) = try Documents.makeCard(frame)
        let parcel = try Documents.makeParcel(card)
        var courier = Driven.working(envelope)
        _ = courier.on(.parcelCame(parcel))
        let failed = courier.on(.parcelNotDelivered("the frame is locked"))
        #expect(failed.receipts.isEmpty)
        #expect(failed.said == ["the frame is locked"])
        #expect(try #require(failed.timers[.delivery]) <= .seconds(5))
        #expect(courier.on(.parcelCame(parcel)).isEmpty, "it waits already")
        #expect(courier.on(.timerEnded(.delivery)).delivered.count == 1)
        _ = courier.on(.parcelNotDelivered("the frame is locked"))
        #expect(courier.on(.cardIsTheSame(timeLeft: .seconds(3_600))).delivered.count == 1)
        #expect(courier.on(.parcelTaken).receipts.count == 1)
    }

    @Test("a receipt that is not published is published later, and the newest alone")
    func receiptsWait() throws {
        let (envelope, card) = try Documents.makeCard(frame)
        var courier = Driven.working(envelope)
        _ = courier.on(.parcelCame(try Documents.makeParcel(card, "a")))
        #expect(courier.on(.parcelRefused(reason: "signature")).receipts.count == 1)
        #expect(courier.on(.receiptNotPublished(away)).timers[.receipt] != nil)
        _ = courier.on(.parcelCame(try Documents.makeParcel(card, "b")))
        #expect(courier.on(.parcelTaken).receipts.map(\.outcome) == [.started])
        #expect(courier.on(.timerEnded(.receipt)).isEmpty, "one at a time")
        #expect(courier.on(.receiptPublished).isEmpty)
    }

    @Test("it asks for evidence again where there is a helper and the card went without")
    func evidenceLater() throws {
        let envelope = try Documents.makeCard(frame).envelope
        var courier = Driven.working(envelope, hasEvidenceSocket: true)
        #expect(courier.on(.timerEnded(.card)) == [.getCard(unless: envelope.hash)])
        _ = courier.on(.timerEnded(.publication))
        #expect(courier.on(.timerEnded(.card)) == [.getCard(unless: nil)])
        let vouched = try CardEnvelope(cardBytes: envelope.cardBytes, evidence: Documents.signature)
        #expect(courier.on(.cardIs(vouched, timeLeft: .seconds(3_600))).timers[.publication] != nil)
        _ = courier.on(.cardPublished)
        _ = courier.on(.timerEnded(.publication))
        #expect(courier.on(.timerEnded(.card)) == [.getCard(unless: envelope.hash)])
    }

    @Test("a carrier that is away is asked again after longer and longer times, never beyond a minute")
    func backOff() throws {
        var courier = Driven.working(try Documents.makeCard(frame).envelope)
        var times: [Duration] = []
        for _ in 0..<40 {
            times.append(try #require(courier.on(.watchEnded(away, lived: .zero)).timers[.watch]))
            #expect(courier.on(.timerEnded(.watch)) == [.watch(CarrierStage.fleet, frame)])
        }
        #expect(times[0] <= .seconds(1))
        #expect(times.allSatisfy { $0 > .zero && $0 <= .seconds(60) })
        #expect(times.suffix(20).max() ?? .zero > .seconds(30))
        let afterLong = try #require(courier.on(.watchEnded(away, lived: .seconds(300))).timers[.watch])
        #expect(afterLong <= .seconds(1), "one that worked begins anew")
    }

    @Test("an outage of the carrier is one line, and its end another")
    func lines() throws {
        var courier = Driven.working(try Documents.makeCard(frame).envelope)
        _ = courier.on(.timerEnded(.publication))
        #expect(courier.on(.cardNotPublished(away)).said == [away.message])
        _ = courier.on(.timerEnded(.publication))
        #expect(courier.on(.cardNotPublished(away)).said.isEmpty)
        #expect(courier.on(.watchEnded(away, lived: .zero)).said.isEmpty)
        _ = courier.on(.timerEnded(.publication))
        #expect(courier.on(.cardPublished).said == ["the carrier answers again"])
    }

    @Test("five hundred that lose their carrier at once do not come back at once")
    func jitter() throws {
        let envelope = try Documents.makeCard(frame).envelope
        var perTenth: [Int: Int] = [:]
        var starts: [Int: Int] = [:]
        for seed in 1...500 {
            var courier = Driven.working(envelope)
            courier.randomness = Seeded(UInt64(seed) &* 7_919)
            for _ in 0..<4 { _ = courier.on(.watchEnded(away, lived: .zero)) }
            let time = try #require(courier.on(.watchEnded(away, lived: .zero)).timers[.watch])
            perTenth[Int(time / .milliseconds(100)), default: 0] += 1
            var fresh = Driven()
            fresh.randomness = Seeded(UInt64(seed) &* 104_729)
            let start = try #require(fresh.on(.cardIs(envelope, timeLeft: .seconds(60))).timers[.publication])
            starts[Int(start / .milliseconds(100)), default: 0] += 1
        }
        // 500 over 16 s, and 500 over 2 s: a tenth of a second has some 3, and some 25.
        #expect(perTenth.values.max() ?? 0 < 20)
        #expect(starts.values.max() ?? 0 < 60)
    }
}
