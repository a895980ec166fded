// SPDX-License-Identifier: Apache-2.0

/// Handles the events of parcels and receipts.
extension CourierMachine {
    mutating func parcelCame(_ bytes: [UInt8]) -> [Action] {
        guard deliveries.takes(bytes) else { return [] }
        do throws(DocumentFault) {
            let envelope = try ParcelEnvelope(reading: bytes)
            return deliveries.begin(envelope, bytes).map { [.deliver($0)] } ?? []
        } catch {
            deliveries.refuse(unreadable: bytes)
            let line = Action.say("a parcel came that the frame is not troubled with: it \(error.message)")
            guard let card else { return [line] }
            return [line] + answer(card.hash, .refused(reason: "malformed"))
        }
    }

    mutating func parcelTaken() -> [Action] {
        guard let envelope = deliveries.finish() else { return [] }
        return [.say("the frame took the parcel for its card \(envelope.parcel.card): its session has started")]
            + answer(envelope.parcel.card, .started) + goOn()
    }

    mutating func parcelRefused(_ reason: String) -> [Action] {
        guard let envelope = deliveries.finish() else { return [] }
        let hash = envelope.parcel.card
        return [.say("the frame refused a parcel for the card \(hash): \(reason)")]
            + (outcome(of: reason, for: hash).map { answer(hash, $0) } ?? []) + goOn()
    }

    /// Returns what a refusal says about the card that the parcel names; nil where it says nothing.
    ///
    /// A carrier hands out also the parcel of a card that was answered: to a courier that was killed before it published the
    /// receipt, after the parcel's end, or after the parcel's approver was removed.
    private func outcome(of reason: String, for hash: CardHash) -> Receipt.Outcome? {
        if reason == "alreadyTaken" { return .started }
        // A card that waits has no answer yet.
        if hash == card?.hash { return .refused(reason: reason) }
        return switch reason {
        // A frame gives these reasons for the card that waits, and for the one that was answered last.
        case "tooLate", "sessionNotAllowed": .started
        // A frame gives this reason before it compares the card.
        case "unknownApprover": nil
        default: .refused(reason: reason)
        }
    }

    /// Delivers the parcel that came in between, and asks for the frame's present card.
    private mutating func goOn() -> [Action] {
        (deliveries.tryAgain().map { [.deliver($0)] } ?? []) + [.getCard(unless: card?.hash)]
    }

    mutating func parcelNotDelivered(
        _ reason: String,
        _ randomness: inout some RandomNumberGenerator
    ) -> [Action] {
        deliveries.postpone()
        return sayOfFrame(reason) + [.setTimer(.delivery, frameBackOff.next(&randomness))]
    }

    private mutating func answer(_ hash: CardHash, _ outcome: Receipt.Outcome) -> [Action] {
        guard let card else { return [] }
        let draft = ReceiptDraft(fleet: card.card.fleet, frame: card.card.frame, card: hash, outcome: outcome)
        return receipts.add(draft)
    }

    mutating func receiptNotPublished(
        _ fault: CarrierFault,
        _ randomness: inout some RandomNumberGenerator
    ) -> [Action] {
        receipts.postpone()
        return sayOfCarrier(fault) + [.setTimer(.receipt, receipts.backOff.next(&randomness))]
    }
}
