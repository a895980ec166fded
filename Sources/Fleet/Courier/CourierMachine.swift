// SPDX-License-Identifier: Apache-2.0

/// Decides what a courier does next: events go in, actions come out. It does nothing itself.
///
/// It trusts no document that it carries. It delivers each parcel to the frame once, has each answer published as a receipt,
/// and keeps the frame's card published for as long as the frame is there.
package struct CourierMachine: Sendable {
    package enum Event: Sendable {
        case started
        /// The frame has another card than before, or its card has other evidence. `timeLeft`: until the card ends by this
        /// machine's clock. `unvouched`: why it has no evidence, where there should be some.
        case cardIs(CardEnvelope, timeLeft: Duration, unvouched: String? = nil)
        /// The frame has the same card as before. `timeLeft`: as above.
        case cardIsTheSame(timeLeft: Duration)
        case frameDidNotAnswer(String)
        case cardPublished
        case cardNotPublished(CarrierFault)
        case parcelCame([UInt8])
        /// The watch ended, `lived` after it began.
        case watchEnded(CarrierFault, lived: Duration)
        case parcelTaken
        /// The frame refused the parcel for good.
        case parcelRefused(reason: String)
        /// The frame may take the parcel later: it is away, locked, or full.
        case parcelNotDelivered(String)
        case receiptPublished
        case receiptNotPublished(CarrierFault)
        case timerEnded(Timer)
    }

    /// A timer. Setting it again replaces it.
    package enum Timer: Sendable, Hashable, CaseIterable {
        case card
        case publication
        case watch
        case delivery
        case receipt
    }

    package enum Action: Sendable, Equatable {
        /// Gets the frame's card. `unless`: the card that needs no new evidence.
        case getCard(unless: CardHash?)
        case publishCard(CardEnvelope, timeToLive: Duration)
        case watch(FleetName, FrameID)
        case deliver(ParcelEnvelope)
        case publishReceipt(ReceiptDraft)
        case setTimer(Timer, Duration)
        /// Reports that everything works for the first time.
        case beReady(FleetName, FrameID)
        case say(String)
    }

    /// A receipt without its time.
    package struct ReceiptDraft: Sendable, Equatable {
        package let fleet: FleetName
        package let frame: FrameID
        package let card: CardHash
        package let outcome: Receipt.Outcome
    }

    /// How long a card stays on the carrier when its courier is gone.
    package static let timeToLive = Duration.seconds(180)
    /// How often a card is renewed: after a third of `timeToLive`, so that two tries may fail.
    static let renewal = Duration.seconds(60)
    /// How often the frame is asked for its card, which may be another, such as after a restart.
    static let cardInterval = Duration.seconds(15)
    /// The time until the next look at a card that ends at this very moment.
    static let shortestLook = Duration.milliseconds(1)
    /// The time over which couriers spread their requests where many start at once, or many frames are approved at once.
    static let spread = Duration.seconds(2)
    /// A watch that lived this long was one that worked.
    static let workingWatch = Duration.seconds(30)

    /// Whether there is an evidence helper, without whose evidence a card is incomplete.
    let hasEvidenceSocket: Bool
    var card: CardEnvelope?
    var isFrameThere = false
    /// The card that is being published.
    var publishing: CardEnvelope?
    var isPublished = false
    /// Whether the frame is asked for its card next when the present card ends.
    var looksAtEnd = false
    var watched: (fleet: FleetName, frame: FrameID)?
    var isReady = false
    var asksForEvidence = false
    var deliveries = Deliveries()
    var receipts = Receipts()
    var publicationBackOff = BackOff(first: .seconds(1), longest: .seconds(60))
    var watchBackOff = BackOff(first: .seconds(1), longest: .seconds(60))
    var frameBackOff = BackOff(first: .milliseconds(200), longest: .seconds(5))
    var carrierLine: String?
    var frameLine: String?
    var evidenceLine: String?

    package init(hasEvidenceSocket: Bool) {
        self.hasEvidenceSocket = hasEvidenceSocket
    }

    package mutating func handle(
        _ event: Event,
        _ randomness: inout some RandomNumberGenerator
    ) -> [Action] {
        switch event {
        case .started: [.getCard(unless: nil)]
        case .cardIs(let envelope, let timeLeft, let unvouched): cardIs(envelope, timeLeft, unvouched, &randomness)
        case .cardIsTheSame(let timeLeft): cardIsTheSame(timeLeft, &randomness)
        case .frameDidNotAnswer(let reason): frameDidNotAnswer(reason, &randomness)
        case .cardPublished: cardPublished(&randomness)
        case .cardNotPublished(let fault): cardNotPublished(fault, &randomness)
        case .parcelCame(let bytes): parcelCame(bytes)
        case .watchEnded(let fault, let lived): watchEnded(fault, lived, &randomness)
        case .parcelTaken: parcelTaken()
        case .parcelRefused(let reason): parcelRefused(reason)
        case .parcelNotDelivered(let reason): parcelNotDelivered(reason, &randomness)
        case .receiptPublished: receipts.published()
        case .receiptNotPublished(let fault): receiptNotPublished(fault, &randomness)
        case .timerEnded(let timer): timerEnded(timer)
        }
    }
}

extension CourierMachine {
    private mutating func timerEnded(_ timer: Timer) -> [Action] {
        switch timer {
        case .card: return [.getCard(unless: asksForEvidence ? nil : card?.hash)]
        case .publication:
            // A helper that was away may be back: the next look at the card asks for evidence.
            if isPublished, hasEvidenceSocket, card?.evidence == nil { asksForEvidence = true }
            return publish()
        case .watch: return watched.map { [.watch($0.fleet, $0.frame)] } ?? []
        case .delivery: return deliveries.tryAgain().map { [.deliver($0)] } ?? []
        case .receipt: return receipts.tryAgain()
        }
    }

    /// Reports a fault once: an outage of an hour is one line, and one at its end.
    mutating func sayOfCarrier(_ fault: CarrierFault) -> [Action] {
        guard carrierLine != fault.message else { return [] }
        carrierLine = fault.message
        return [.say(fault.message)]
    }

    mutating func sayOfFrame(_ reason: String) -> [Action] {
        guard frameLine != reason else { return [] }
        frameLine = reason
        return [.say(reason)]
    }

    static func spreadOut(_ randomness: inout some RandomNumberGenerator) -> Duration {
        spread * Double.random(in: 0...1, using: &randomness)
    }

    static func jittered(_ time: Duration, _ randomness: inout some RandomNumberGenerator) -> Duration {
        time * Double.random(in: 0.8...1, using: &randomness)
    }
}
