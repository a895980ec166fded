// SPDX-License-Identifier: Apache-2.0
import Foundation
package import StampClient
import TurnkeyClient

/// The frame's deliver socket, as a courier calls it.
package protocol DeliverSocket: Sendable {
    func getCard() async throws(StampError) -> String
    func deliver(parcel: String, signature: String) async throws(StampError) -> Session
}

extension DeliveryClient: DeliverSocket {}

/// Carries one frame's cards and receipts to a carrier, and its parcels from there, until it is cancelled.
package struct Courier: Sendable {
    private let deliverSocket: any DeliverSocket
    private let evidence: EvidenceSocket?
    private let makeCarrier: @Sendable (FleetName) throws(CarrierFault) -> any Carrier
    private let say: @Sendable (String) -> Void
    private let beReady: @Sendable (FleetName, FrameID) -> Void

    /// Makes a courier. It calls `say` with one line at a time, and `beReady` once, when the first card is published.
    package init(
        _ deliverSocket: any DeliverSocket,
        evidence: EvidenceSocket?,
        makeCarrier: @escaping @Sendable (FleetName) throws(CarrierFault) -> any Carrier,
        say: @escaping @Sendable (String) -> Void,
        beReady: @escaping @Sendable (FleetName, FrameID) -> Void
    ) {
        (self.deliverSocket, self.evidence, self.makeCarrier) = (deliverSocket, evidence, makeCarrier)
        (self.say, self.beReady) = (say, beReady)
    }

    /// Carries documents until the task is cancelled.
    package func run() async {
        let events = EventQueue()
        var machine = CourierMachine(hasEvidenceSocket: evidence != nil)
        var randomness = SystemRandomNumberGenerator()
        var work = Work(events: events)
        defer { work.cancel() }
        events.add(.started)
        for await _ in events.wakes {
            for event in events.takeAll() {
                for action in machine.handle(event, &randomness) { perform(action, &work) }
            }
        }
    }

    /// The tasks that run at once; each reports its end as an event.
    private struct Work {
        let events: EventQueue
        var timers: [CourierMachine.Timer: Task<Void, Never>] = [:]
        var watch: Task<Void, Never>?
        var carrier: (fleet: FleetName, carrier: any Carrier)?

        mutating func begin(
            _ body: @escaping @Sendable () async -> CourierMachine.Event?
        ) -> Task<Void, Never> {
            Task { [events] in
                if let event = await body(), !Task.isCancelled { events.add(event) }
            }
        }

        func cancel() {
            for timer in timers.values { timer.cancel() }
            watch?.cancel()
        }
    }

    private func perform(_ action: CourierMachine.Action, _ work: inout Work) {
        switch action {
        case .getCard(let known): _ = work.begin { await getCard(unless: known) }
        case .publishCard(let envelope, let timeToLive):
            let carrier = getCarrier(envelope.card.fleet, &work)
            _ = work.begin {
                await attempt(.cardPublished, CourierMachine.Event.cardNotPublished) { () throws(CarrierFault) in
                    try await carrier.get().publishCard(
                        envelope.write(),
                        of: envelope.card.frame,
                        timeToLive: timeToLive
                    )
                }
            }
        case .watch(let fleet, let frame):
            let carrier = getCarrier(fleet, &work)
            work.watch?.cancel()
            work.watch = work.begin { [events = work.events] in await watch(carrier, frame, events) }
        case .deliver(let envelope): _ = work.begin { await deliver(envelope) }
        case .publishReceipt(let draft):
            let carrier = getCarrier(draft.fleet, &work)
            _ = work.begin {
                await attempt(.receiptPublished, CourierMachine.Event.receiptNotPublished) { () throws(CarrierFault) in
                    try await publish(draft, at: carrier.get())
                }
            }
        case .setTimer(let timer, let time):
            work.timers[timer]?.cancel()
            work.timers[timer] = work.begin {
                do { try await Task.sleep(for: time) } catch { return nil }
                return .timerEnded(timer)
            }
        case .beReady(let fleet, let frame): beReady(fleet, frame)
        case .say(let line): say(line)
        }
    }

    /// Returns the fleet's carrier, and makes it where the fleet is another than before.
    private func getCarrier(_ fleet: FleetName, _ work: inout Work) -> Result<any Carrier, CarrierFault> {
        if let (known, carrier) = work.carrier, known == fleet { return .success(carrier) }
        do throws(CarrierFault) {
            let carrier = try makeCarrier(fleet)
            work.carrier = (fleet, carrier)
            return .success(carrier)
        } catch { return .failure(error) }
    }
}

extension Courier {
    private func attempt(
        _ done: CourierMachine.Event,
        _ failed: (CarrierFault) -> CourierMachine.Event,
        _ body: () async throws(CarrierFault) -> Void
    ) async -> CourierMachine.Event {
        do throws(CarrierFault) {
            try await body()
            return done
        } catch { return failed(error) }
    }

    /// Publishes a receipt, unless an earlier courier's receipt says that the card's session started: a parcel that is
    /// delivered again is refused, and the refusal says nothing about that session.
    private func publish(_ draft: CourierMachine.ReceiptDraft, at carrier: any Carrier) async throws(CarrierFault) {
        if case .refused = draft.outcome, let receipt = try await readReceipt(of: draft.frame, at: carrier),
            receipt.card == draft.card, receipt.outcome == .started
        {
            return
        }
        try await carrier.publishReceipt(draft.write(at: Date()), of: draft.frame)
    }

    /// Returns the receipt that is at the carrier; nil where there is none, or none that this courier may or can read: another
    /// program may have put it there, and it must not keep a refusal from being published.
    private func readReceipt(
        of frame: FrameID,
        at carrier: any Carrier
    ) async throws(CarrierFault) -> Receipt? {
        let bytes: [UInt8]?
        do throws(CarrierFault) { bytes = try await carrier.receipt(of: frame) } catch {
            switch error {
            case .denied, .protocolViolation: return nil
            case .unreachable, .busy, .cancelled: throw error
            }
        }
        return bytes.flatMap { try? Receipt(reading: $0) }
    }

    private func watch(
        _ carrier: Result<any Carrier, CarrierFault>,
        _ frame: FrameID,
        _ events: EventQueue
    ) async -> CourierMachine.Event {
        let begun = ContinuousClock.now
        do throws(CarrierFault) {
            try await carrier.get().watchParcels(for: frame) { events.add(.parcelCame($0)) }
            return .watchEnded(.unreachable(detail: "the watch ended"), lived: ContinuousClock.now - begun)
        } catch { return .watchEnded(error, lived: ContinuousClock.now - begun) }
    }

    private func getCard(unless known: CardHash?) async -> CourierMachine.Event {
        do throws(StampError) {
            let bytes = Array(try await deliverSocket.getCard().utf8)
            if CardHash(of: bytes) == known, let card = try? CardEnvelope(cardBytes: bytes, evidence: nil).card {
                return .cardIsTheSame(timeLeft: card.timeLeft)
            }
            let (evidence, unvouched) = await getEvidence(for: bytes)
            let envelope: CardEnvelope
            do throws(DocumentFault) { envelope = try CardEnvelope(cardBytes: bytes, evidence: evidence) } catch {
                return .frameDidNotAnswer("the frame's card \(error.message)")
            }
            if evidence == nil { sayFingerprint(of: envelope.card) }
            return .cardIs(envelope, timeLeft: envelope.card.timeLeft, unvouched: unvouched)
        } catch {
            return .frameDidNotAnswer(error.description)
        }
    }

    /// Shows the fingerprint of the card's key on the frame's machine: an approver approves a card without evidence by it.
    private func sayFingerprint(of card: Card) {
        guard let fingerprint = KeyFingerprint(publicKey: card.publicKey.description) else { return }
        say("the host does not vouch for this card of the frame \(card.frame): its key is \(fingerprint)")
    }

    /// Returns the evidence, or why there is none although there is a helper.
    private func getEvidence(for cardBytes: [UInt8]) async -> (evidence: String?, fault: String?) {
        guard let evidence else { return (nil, nil) }
        do throws(EvidenceFault) {
            let vouched = try await evidence.read()
            // The frame may have made another card in between; the next try finds the same card in both places.
            guard vouched.cardBytes == cardBytes else { throw EvidenceFault(reason: "it is about another card") }
            return (vouched.evidence, nil)
        } catch {
            return (nil, "\(evidence.path): \(error.reason)")
        }
    }

    private func deliver(_ envelope: ParcelEnvelope) async -> CourierMachine.Event {
        // The parcel was read from JSON, which is UTF-8.
        guard let parcel = String(validating: envelope.parcelBytes, as: UTF8.self) else {
            return .parcelRefused(reason: "malformed")
        }
        do throws(StampError) {
            _ = try await deliverSocket.deliver(parcel: parcel, signature: envelope.signature)
            return .parcelTaken
        } catch .parcelRefused(let reason) {
            return .parcelRefused(reason: reason.rawValue)
        } catch .tooLarge {
            return .parcelRefused(reason: "malformed")
        } catch {
            return .parcelNotDelivered(error.description)
        }
    }
}

extension Card {
    /// The time until the card ends by this machine's clock: from zero to a day.
    fileprivate var timeLeft: Duration { .seconds(min(max(0, notAfter.date.timeIntervalSinceNow), 86_400)) }
}

extension CourierMachine.ReceiptDraft {
    func write(at time: Date) -> [UInt8] {
        Receipt(fleet: fleet, frame: frame, card: card, outcome: outcome, time: DocumentTime(time)).write()
    }
}
