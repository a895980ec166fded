// SPDX-License-Identifier: Apache-2.0
import EtcdProcess
import Foundation
import Testing

@testable import Fleet

/// What every carrier does, each with real processes or real files.
@Suite("a carrier", .etcd)
struct CarrierTests {
    private let time = Duration.seconds(60)
    private let first = CarrierStage.first
    private let second = CarrierStage.second

    @Test("hands out each frame's card as it was published last", arguments: CarrierKind.allCases)
    func cards(kind: CarrierKind) async throws {
        let stage = try CarrierStage(kind)
        let (one, other, approver) = (try stage.courier(), try stage.courier(second), try stage.approver())
        #expect(try await approver.cards().isEmpty)
        try await one.publishCard(bytes("one"), of: first, timeToLive: time)
        try await other.publishCard(bytes("other"), of: second, timeToLive: time)
        let listed = try await approver.cards()
        #expect(listed.map(\.frame) == [first, second])
        #expect(listed.map(\.bytes) == [bytes("one"), bytes("other")])
        try await one.publishCard(bytes("one"), of: first, timeToLive: time)
        #expect(try await approver.cards() == listed, "the same bytes change nothing")
        try await one.publishCard(bytes("\0\u{FF}"), of: first, timeToLive: time)
        let changed = try await approver.cards()
        #expect(changed.map(\.bytes) == [bytes("\0\u{FF}"), bytes("other")])
        #expect(changed[0].version != listed[0].version)
    }

    @Test("hands a frame its parcels, the one that is there and those that come", arguments: CarrierKind.allCases)
    func parcels(kind: CarrierKind) async throws {
        let stage = try CarrierStage(kind)
        let (courier, approver) = (try stage.courier(), try stage.approver())
        let other = try await publish("other", second, stage)
        #expect(try await approver.publishParcel(bytes("not mine"), answering: other))
        let card = try await publish("card 0", first, stage)
        #expect(try await approver.publishParcel(bytes("parcel 0"), answering: card))
        let handed = Handed<[UInt8]>()
        let watch = Task { try await courier.watchParcels(for: first) { handed.add($0) } }
        #expect(await handed.next() == bytes("parcel 0"))
        for number in 1...3 {
            let card = try await publish("card \(number)", first, stage)
            #expect(try await approver.publishParcel(bytes("parcel \(number)"), answering: card))
            #expect(await handed.next() == bytes("parcel \(number)"))
        }
        watch.cancel()
        await #expect(throws: CarrierFault.self) { try await watch.value }
        #expect(handed.all.count == 4)
    }

    @Test("publishes no parcel for a card that is another by now, or gone", arguments: CarrierKind.allCases)
    func otherCard(kind: CarrierKind) async throws {
        let stage = try CarrierStage(kind)
        let approver = try stage.approver()
        let card = try await publish("card", first, stage)
        _ = try await publish("another", first, stage)
        #expect(try await !approver.publishParcel(bytes("parcel"), answering: card))
        try await approver.removeDocuments(of: first)
        #expect(try await approver.cards().isEmpty)
        #expect(try await !approver.publishParcel(bytes("parcel"), answering: card))
    }

    @Test("takes one parcel for a card, and says so of the same one again", arguments: CarrierKind.allCases)
    func otherParcel(kind: CarrierKind) async throws {
        let stage = try CarrierStage(kind)
        let (one, other) = (try stage.approver(), try stage.approver())
        let courier = try stage.courier()
        let (envelope, card) = try Documents.makeCard(first)
        try await courier.publishCard(envelope.write(), of: first, timeToLive: time)
        let listed = try #require(try await one.cards().first)
        let (parcel, another) = (try Documents.makeParcel(card, "a"), try Documents.makeParcel(card, "b"))
        #expect(try await one.publishParcel(parcel, answering: listed))
        #expect(try await one.publishParcel(parcel, answering: listed), "it is there")
        #expect(try await !other.publishParcel(another, answering: listed))
    }

    @Test(
        "replaces another parcel for a card where that is let go, and is asked about none else",
        arguments: CarrierKind.allCases
    )
    func replacedParcel(kind: CarrierKind) async throws {
        let stage = try CarrierStage(kind)
        let approver = try stage.approver()
        let (envelope, card) = try Documents.makeCard(first)
        try await stage.courier().publishCard(envelope.write(), of: first, timeToLive: time)
        let listed = try #require(try await approver.cards().first)
        let (theirs, mine) = (try Documents.makeParcel(card, "a"), try Documents.makeParcel(card, "b"))
        let asked = Handed<[UInt8]>()
        func publish(_ parcel: [UInt8], _ isReplaceable: Bool) async throws -> Bool {
            try await approver.publishParcel(parcel, answering: listed) { other in
                asked.add(other)
                return isReplaceable
            }
        }
        #expect(try await publish(theirs, false))
        #expect(try await publish(theirs, false))
        #expect(asked.all.isEmpty)
        #expect(try await !publish(mine, false))
        #expect(try await publish(mine, true))
        #expect(asked.all == [theirs, theirs])
        #expect(try await !publish(theirs, false))
        #expect(asked.all.last == mine, "it was replaced")
    }

    @Test("hands out receipts, there or to come, until there are enough", arguments: CarrierKind.allCases)
    func receipts(kind: CarrierKind) async throws {
        let stage = try CarrierStage(kind)
        let (one, other, approver) = (try stage.courier(), try stage.courier(second), try stage.approver())
        try await one.publishReceipt(bytes("one"), of: first)
        #expect(try await approver.receipts().map(\.bytes) == [bytes("one")])
        let handed = Handed<CarriedDocument>()
        let watch = Task {
            try await approver.watchReceipts { document in
                handed.add(document)
                return document.bytes != bytes("enough")
            }
        }
        #expect(await handed.next()?.bytes == bytes("one"))
        try await other.publishReceipt(bytes("other"), of: second)
        #expect(await handed.next()?.bytes == bytes("other"))
        try await one.publishReceipt(bytes("enough"), of: first)
        try await watch.value
        #expect(handed.all.map(\.frame) == [first, second, first])
    }

    @Test("forgets what it is told to remove, and only that", arguments: CarrierKind.allCases)
    func removal(kind: CarrierKind) async throws {
        let stage = try CarrierStage(kind)
        let (courier, approver) = (try stage.courier(), try stage.approver())
        let card = try await publish("card", first, stage)
        _ = try await publish("other", second, stage)
        try await courier.publishReceipt(bytes("receipt"), of: first)
        #expect(try await approver.publishParcel(bytes("parcel"), answering: card))
        try await approver.removeDocuments(of: first)
        try await approver.removeDocuments(of: first)
        #expect(try await approver.cards().map(\.frame) == [second])
        #expect(try await approver.receipts().isEmpty)
        let again = try await publish("card", first, stage)
        #expect(try await approver.publishParcel(bytes("another"), answering: again), "no parcel is there")
    }

    @Test("hands out a document that is too long so that its reader sees it", arguments: CarrierKind.allCases)
    func tooLong(kind: CarrierKind) async throws {
        let stage = try CarrierStage(kind)
        let (courier, approver) = (try stage.courier(), try stage.approver())
        _ = try await publish("other", second, stage)
        try await courier.publishCard([UInt8](repeating: 0x20, count: 700_000), of: first, timeToLive: time)
        let listed = try await approver.cards()
        #expect(listed.map(\.bytes.count) == [CarriedDocument.limitBytes + 1, 5])
        #expect(throws: DocumentFault.tooLong(limitBytes: CarriedDocument.limitBytes)) {
            try CardEnvelope(reading: listed[0].bytes)
        }
    }

    @Test("lists more frames than fit in one page", arguments: [CarrierKind.etcd, .directory])
    func manyFrames(kind: CarrierKind) async throws {
        let stage = try CarrierStage(kind)
        let courier = try stage.courier()
        let frames = (0..<200).map { FrameID("frame-\($0)").unsafelyUnwrapped }
        for frame in frames { try await courier.publishReceipt(bytes("\(frame)"), of: frame) }
        let listed = try await stage.approver().receipts()
        #expect(listed.map(\.frame) == frames.sorted())
        #expect(listed.allSatisfy { $0.bytes == bytes("\($0.frame)") })
    }

    /// Publishes a card, and answers it as an approver sees it.
    private func publish(_ text: String, _ frame: FrameID, _ stage: CarrierStage) async throws -> CarriedDocument {
        try await stage.courier(frame).publishCard(bytes(text), of: frame, timeToLive: time)
        return try #require(try await stage.approver().cards().first { $0.frame == frame })
    }
}
