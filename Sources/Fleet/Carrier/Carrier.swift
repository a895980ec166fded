// SPDX-License-Identifier: Apache-2.0

/// Stores a fleet's documents for couriers and approvers: etcd, or a directory.
///
/// A carrier is trusted with nothing: each reader checks every document. The bytes that it returns are not parsed. It cuts a
/// document that is longer than `CarriedDocument.limitBytes` one byte past that limit, so that the reader reports that it is
/// too long.
package protocol Carrier: Sendable {
    /// Publishes a frame's card envelope, which the carrier removes when `timeToLive` passes without another call for it.
    ///
    /// Publishing the same bytes again renews the time; other bytes replace the card. A directory ignores `timeToLive`: a card
    /// stays there until another replaces it, and ends by its own `notAfter`.
    func publishCard(_ envelope: [UInt8], of frame: FrameID, timeToLive: Duration) async throws(CarrierFault)

    /// Publishes a frame's receipt for a parcel, in place of the frame's earlier receipt.
    func publishReceipt(_ receipt: [UInt8], of frame: FrameID) async throws(CarrierFault)

    /// Returns the receipt that the carrier has of the frame now; nil where it has none.
    func receipt(of frame: FrameID) async throws(CarrierFault) -> [UInt8]?

    /// Calls `deliver` with each parcel envelope that the carrier has for the frame and with each later one, in order, without
    /// end.
    ///
    /// Returns only by throwing: when the task is cancelled, or for a fault, after which the caller calls again.
    func watchParcels(
        for frame: FrameID,
        deliver: @escaping @Sendable ([UInt8]) async -> Void
    ) async throws(CarrierFault)

    /// Returns all card envelopes of the fleet that the carrier has now.
    ///
    /// - Throws: also where they are more than `ListLimits` has room for.
    func cards() async throws(CarrierFault) -> [CarriedDocument]

    /// Returns all receipts of the fleet that the carrier has now, within the same limits.
    func receipts() async throws(CarrierFault) -> [CarriedDocument]

    /// Calls `take` with each receipt that the carrier has and with each later one, until `take` returns false.
    func watchReceipts(take: @escaping @Sendable (CarriedDocument) async -> Bool) async throws(CarrierFault)

    /// Publishes a frame's parcel envelope if the frame's card is still `card`, compared byte by byte, and no parcel answers it
    /// yet.
    ///
    /// A parcel that names another card, or none, is replaced. One that names this card is replaced where `isReplaceable`
    /// returns true for it. A parcel is replaced only if it did not change meanwhile.
    ///
    /// The carrier does not know who wrote a parcel: every program that may write to it can name a card in one.
    /// - Returns: false, and nothing is published, where the card has changed or is gone, or another parcel answers it. True
    ///   also where the very same parcel is there already.
    func publishParcel(
        _ envelope: [UInt8],
        answering card: CarriedDocument,
        replacing isReplaceable: @Sendable ([UInt8]) -> Bool
    ) async throws(CarrierFault) -> Bool

    /// Removes a frame's parcel, card and receipt. A directory keeps card and receipt where they are another user's.
    func removeDocuments(of frame: FrameID) async throws(CarrierFault)
}

extension Carrier {
    /// Publishes a parcel as above, and replaces no parcel that names the card.
    package func publishParcel(
        _ envelope: [UInt8],
        answering card: CarriedDocument
    ) async throws(CarrierFault) -> Bool {
        try await publishParcel(envelope, answering: card) { _ in false }
    }
}

/// A document as a carrier returned it.
package struct CarriedDocument: Sendable, Hashable {
    /// The longest envelope: a document of at most 16 KiB in base64url, with a signature.
    package static let limitBytes = 32 << 10

    /// Returns the bytes as a carrier hands them out: of a document over the limit, one byte more than the limit.
    static func cut(_ bytes: [UInt8]) -> [UInt8] {
        bytes.count > limitBytes ? Array(bytes.prefix(limitBytes + 1)) : bytes
    }

    /// Stands for a document that is too long to be read at all.
    static let tooLong = [UInt8](repeating: 0x20, count: limitBytes + 1)

    package let frame: FrameID
    package let bytes: [UInt8]
    /// The document's version in the carrier's own form: etcd's revision, or a SHA-256 in hex in a directory.
    package let version: String

    package init(frame: FrameID, bytes: [UInt8], version: String) {
        (self.frame, self.bytes, self.version) = (frame, bytes, version)
    }

    /// Whether `parcel`, a parcel envelope, names this card as the one that it answers. The signature is not checked.
    func isAnswered(by parcel: [UInt8]) -> Bool {
        guard let parcel = try? ParcelEnvelope(reading: parcel), let card = try? CardEnvelope(reading: bytes) else {
            return false
        }
        return parcel.parcel.card == card.hash
    }
}

/// Why a carrier did not carry out a call.
package enum CarrierFault: Error, Sendable {
    /// No end point answers, or the directory is not there; `detail` says what was tried. Another try may succeed.
    case unreachable(detail: String)
    /// The carrier does not permit the call to this user, or does not know the user.
    case denied(detail: String)
    /// The answer does not follow the protocol, or is longer than any answer may be.
    case protocolViolation(detail: String)
    /// Another program has held a directory's lock for longer than any publication takes; `path` is the lock file's.
    case busy(path: String)
    /// The task was cancelled.
    case cancelled

    package var message: String {
        switch self {
        case .unreachable(let detail): "the carrier cannot be reached: \(detail)"
        case .denied(let detail): "the carrier refuses: \(detail)"
        case .protocolViolation(let detail): "the carrier answers what none does: \(detail)"
        case .busy(let path):
            "another program holds the lock \(path), and which one is not known here: fuser(1) names it; end it if it hangs"
        case .cancelled: "it was cancelled"
        }
    }
}
