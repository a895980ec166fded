// SPDX-License-Identifier: Apache-2.0
import EtcdProcess
import FakeFrame
import Foundation
import StampClient
import Synchronization
import Testing

@testable import Fleet

/// A deliver socket with a card and answers of the test's.
private final class PlayedDeliverSocket: DeliverSocket {
    private struct State {
        var card: [UInt8]
        var fault: StampError?
        var delivered: [String] = []
    }

    private let state: Mutex<State>
    private let session: Session

    init() throws {
        let card = try Documents.makeCard(CarrierStage.first)
        session = Session(publicKey: try PublicKey(Sample.publicKey), expiresInMilliseconds: 1)
        state = Mutex(State(card: card.card))
    }

    var card: [UInt8] { state.withLock { $0.card } }
    var delivered: [String] { state.withLock { $0.delivered } }

    /// Answers this to every call from now on; nil: serves.
    func fail(_ fault: StampError?) { state.withLock { $0.fault = fault } }

    func getCard() async throws(StampError) -> String {
        let (card, fault) = state.withLock { ($0.card, $0.fault) }
        if let fault { throw fault }
        return String(decoding: card, as: UTF8.self)
    }

    /// Takes each parcel for its card, and asks with another then.
    func deliver(parcel: String, signature: String) async throws(StampError) -> Session {
        let next = try? Documents.makeCard(CarrierStage.first).card
        let fault = state.withLock { state -> StampError? in
            if let fault = state.fault { return fault }
            state.delivered.append(parcel)
            let card = CardHash(of: state.card)
            guard let read = try? Parcel(reading: Array(parcel.utf8)), read.card == card else {
                return .parcelRefused(reason: .otherCard)
            }
            if let next { state.card = next }
            return nil
        }
        if let fault { throw fault }
        return session
    }
}

/// A carrier that tells which receipts are published, and may refuse to hand one out.
private struct TellingCarrier: Carrier {
    let carrier: any Carrier
    let published: Handed<Receipt.Outcome>
    /// What a read of the receipt throws; nil: it is read.
    let receiptFault: CarrierFault?

    func publishCard(_ envelope: [UInt8], of frame: FrameID, timeToLive: Duration) async throws(CarrierFault) {
        try await carrier.publishCard(envelope, of: frame, timeToLive: timeToLive)
    }

    func publishReceipt(_ receipt: [UInt8], of frame: FrameID) async throws(CarrierFault) {
        if let read = try? Receipt(reading: receipt) { published.add(read.outcome) }
        try await carrier.publishReceipt(receipt, of: frame)
    }

    func receipt(of frame: FrameID) async throws(CarrierFault) -> [UInt8]? {
        if let receiptFault { throw receiptFault }
        return try await carrier.receipt(of: frame)
    }

    func watchParcels(
        for frame: FrameID,
        deliver: @escaping @Sendable ([UInt8]) async -> Void
    ) async throws(CarrierFault) {
        try await carrier.watchParcels(for: frame, deliver: deliver)
    }

    func cards() async throws(CarrierFault) -> [CarriedDocument] { try await carrier.cards() }
    func receipts() async throws(CarrierFault) -> [CarriedDocument] { try await carrier.receipts() }

    func watchReceipts(take: @escaping @Sendable (CarriedDocument) async -> Bool) async throws(CarrierFault) {
        try await carrier.watchReceipts(take: take)
    }

    func publishParcel(
        _ envelope: [UInt8],
        answering card: CarriedDocument,
        replacing: @Sendable ([UInt8]) -> Bool
    ) async throws(CarrierFault) -> Bool {
        try await carrier.publishParcel(envelope, answering: card, replacing: replacing)
    }

    func removeDocuments(of frame: FrameID) async throws(CarrierFault) { try await carrier.removeDocuments(of: frame) }
}

@Suite("a courier that runs", .timeLimit(.minutes(15)))
struct CourierRunTests {
    private final class Run: Sendable {
        let deliverSocket: PlayedDeliverSocket
        let directory: String
        let carrier: any Carrier
        let lines = Handed<String>()
        let ready = Handed<FrameID>()
        private let task: Mutex<Task<Void, Never>?>

        /// The receipts that the courier has published, by their outcomes.
        let published = Handed<Receipt.Outcome>()

        init(
            _ deliverSocket: PlayedDeliverSocket,
            evidence path: String? = nil,
            receiptFault: CarrierFault? = nil
        ) throws {
            let directory = try makeDirectory()
            let (lines, ready, published) = (lines, ready, published)
            self.deliverSocket = deliverSocket
            self.directory = directory
            carrier = try CarrierPlace("dir:\(directory)").makeCarrier(CarrierStage.fleet, CarrierAccess())
            let courier = Courier(
                deliverSocket,
                evidence: path.map(EvidenceSocket.init),
                makeCarrier: { fleet throws(CarrierFault) in
                    TellingCarrier(
                        carrier: try CarrierPlace.directory(path: directory).makeCarrier(fleet, CarrierAccess()),
                        published: published,
                        receiptFault: receiptFault
                    )
                },
                say: { lines.add($0) },
                beReady: { ready.add($1) }
            )
            task = Mutex(Task { await courier.run() })
        }

        /// Ends it, as a signal does.
        func end() async {
            let running = task.withLock { $0.take() }
            running?.cancel()
            await running?.value
            try? FileManager.default.removeItem(atPath: directory)
        }

        func card() async throws -> (document: CarriedDocument, envelope: CardEnvelope) {
            _ = await ready.next()
            let document = try #require(try await carrier.cards().first)
            return (document, try CardEnvelope(reading: document.bytes))
        }

        func receipt() async throws -> Receipt {
            let handed = Handed<[UInt8]>()
            try await carrier.watchReceipts { document in
                handed.add(document.bytes)
                return false
            }
            return try Receipt(reading: try #require(handed.all.first))
        }
    }

    @Test("carries the card there, the parcel back and the receipt there, and ends when it is cancelled")
    func wholeWay() async throws {
        let run = try Run(try PlayedDeliverSocket())
        let (document, envelope) = try await run.card()
        #expect(envelope.cardBytes == run.deliverSocket.card)
        #expect(envelope.evidence == nil)
        let parcel = try Documents.makeParcel(envelope.cardBytes)
        #expect(try await run.carrier.publishParcel(parcel, answering: document))
        let receipt = try await run.receipt()
        #expect(receipt.outcome == .started)
        #expect(receipt.card == envelope.hash)
        #expect(
            run.deliverSocket.delivered == [
                String(decoding: try ParcelEnvelope(reading: parcel).parcelBytes, as: UTF8.self)
            ]
        )
        await run.end()
    }

    @Test("a parcel that is handed out again leaves an earlier courier's receipt, by which its session has started")
    func startedBefore() async throws {
        let run = try Run(try PlayedDeliverSocket())
        let (document, envelope) = try await run.card()
        let (old, oldCard) = try Documents.makeCard(CarrierStage.first)
        let receipt = Receipt(
            fleet: CarrierStage.fleet,
            frame: CarrierStage.first,
            card: old.hash,
            outcome: .started,
            time: DocumentTime(Date())
        )
        try await run.carrier.publishReceipt(receipt.write(), of: CarrierStage.first)
        #expect(try await run.carrier.publishParcel(try Documents.makeParcel(oldCard), answering: document))
        // The key of a card without evidence, and what the frame says to the parcel.
        for words in ["its key is", "refused a parcel"] { #expect(await run.lines.next()?.contains(words) == true) }
        #expect(
            try await run.carrier.publishParcel(try Documents.makeParcel(envelope.cardBytes), answering: document)
        )
        // One place for all: what was published for the first parcel would have come before.
        #expect(await run.published.next() == .started)
        #expect(run.published.all == [.started])
        await run.end()
    }

    @Test(
        "publishes a refusal also where its earlier receipt may not be read, or is none that can be read",
        arguments: [CarrierFault.denied(detail: "no permission"), .protocolViolation(detail: "too long")]
    )
    func unreadableReceipt(fault: CarrierFault) async throws {
        let run = try Run(try PlayedDeliverSocket(), receiptFault: fault)
        let document = try await run.card().document
        let other = try Documents.makeCard(CarrierStage.first).card
        #expect(try await run.carrier.publishParcel(try Documents.makeParcel(other), answering: document))
        #expect(await run.published.next() == .refused(reason: "otherCard"))
        await run.end()
    }

    @Test(
        "delivers when the frame is unlocked, or back",
        arguments: [StampError.locked(fallback: .retry), .notConfigured]
    )
    func waits(fault: StampError) async throws {
        let run = try Run(try PlayedDeliverSocket())
        let (document, envelope) = try await run.card()
        run.deliverSocket.fail(fault)
        #expect(
            try await run.carrier.publishParcel(try Documents.makeParcel(envelope.cardBytes), answering: document)
        )
        let fingerprint = await run.lines.next()
        #expect(fingerprint?.contains("its key is") == true)
        #expect(await run.lines.next() == fault.description)
        run.deliverSocket.fail(nil)
        #expect(try await run.receipt().outcome == .started)
        await run.end()
    }

    /// What a helper sends for a card: its evidence, or nil where the card goes without.
    struct Helper: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let isTaken: Bool
        let write: @Sendable (_ card: [UInt8]) throws -> [UInt8]

        init(_ name: String, isTaken: Bool = false, _ write: @escaping @Sendable ([UInt8]) throws -> [UInt8]) {
            (testDescription, self.isTaken, self.write) = (name, isTaken, write)
        }
    }

    private static let helpers: [Helper] = [
        Helper("one that vouches for the card", isTaken: true) { card in
            try CardEnvelope(cardBytes: card, evidence: Documents.signature).write()
        },
        Helper("one that vouches for another card") { _ in
            try Documents.makeCard(CarrierStage.first, evidence: Documents.signature).envelope.write()
        },
        Helper("one that vouches for nothing") { card in try CardEnvelope(cardBytes: card, evidence: nil).write() },
        Helper("one that sends nothing") { _ in [] },
        Helper("one that sends no JSON") { _ in bytes("card") },
        Helper("one that sends more than an envelope") { _ in [UInt8](repeating: 0x20, count: 100_000) },
    ]

    @Test("takes its host's evidence from a helper, and goes without where there is none", arguments: helpers)
    func evidence(helper: Helper) async throws {
        let deliverSocket = try PlayedDeliverSocket()
        let socket = FakeFrame(socket: "evidence.sock") { peer in
            peer.sendBytes((try? helper.write(deliverSocket.card)) ?? [])
        }
        defer { socket.stop() }
        let run = try Run(deliverSocket, evidence: "\(socket.directory)/evidence.sock")
        let envelope = try await run.card().envelope
        #expect(envelope.cardBytes == deliverSocket.card)
        #expect(envelope.evidence == (helper.isTaken ? Documents.signature : nil))
        // The key's fingerprint, by which such a card is approved, and what was wrong with the helper.
        #expect(run.lines.all.count == (helper.isTaken ? 0 : 2))
        #expect(run.lines.all.filter { $0.contains("its key is") }.count == (helper.isTaken ? 0 : 1))
        await run.end()
    }

    @Test("says once that there is no helper")
    func noHelper() async throws {
        let run = try Run(try PlayedDeliverSocket(), evidence: "/nowhere/evidence.sock")
        #expect(try await run.card().envelope.evidence == nil)
        #expect(run.lines.all.count == 2)
        #expect(run.lines.all.filter { $0.contains("its key is") }.count == 1)
        #expect(run.lines.all.filter { $0.contains("/nowhere/evidence.sock") }.count == 1)
        await run.end()
    }
}
