// SPDX-License-Identifier: Apache-2.0

/// A receipt as the carrier had it: a statement of a frame's courier, for which no key vouches.
package struct CarriedReceipt: Sendable, Hashable {
    package let receipt: Receipt
    /// The SHA-256 of the receipt's bytes: a receipt of the next parcel for the same card has another.
    package let hash: CardHash

    /// Reads a receipt; returns `nil` for a document that is no receipt of this fleet, or is in another frame's place.
    package init?(_ document: CarriedDocument, fleet: FleetName) {
        guard let receipt = try? Receipt(reading: document.bytes), receipt.fleet == fleet,
            receipt.frame == document.frame
        else { return nil }
        (self.receipt, hash) = (receipt, CardHash(of: document.bytes))
    }
}

/// The receipts of a fleet as the carrier had them at one time.
package struct CarriedReceipts: Sendable {
    /// By frame: a courier says nothing about another frame's card.
    private let byFrame: [FrameID: [CarriedReceipt]]

    package init(_ documents: [CarriedDocument] = [], fleet: FleetName) {
        self.init(documents.compactMap { CarriedReceipt($0, fleet: fleet) })
    }

    /// Makes a collection of these receipts, the latest of each frame last.
    package init(_ receipts: [CarriedReceipt]) {
        byFrame = Dictionary(grouping: receipts, by: \.receipt.frame)
    }

    /// Returns the frame's latest receipt, whatever card it is about.
    func latest(of frame: FrameID) -> CarriedReceipt? { byFrame[frame]?.last }

    /// Returns the receipt about this card of the frame.
    package func receipt(about card: CardHash, of frame: FrameID) -> CarriedReceipt? {
        byFrame[frame]?.last { $0.receipt.card == card }
    }

    /// Returns the receipt of the parcel that this approval has published; `nil` where there is none.
    package func receipt(of approval: Approval) -> CarriedReceipt? {
        guard let card = CardHash(approval.card), let frame = FrameID(approval.frame),
            let found = receipt(about: card, of: frame), found.hash.description != approval.earlierReceipt
        else { return nil }
        return found
    }
}
