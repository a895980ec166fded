// SPDX-License-Identifier: Apache-2.0
package import Foundation
package import StampClient

/// An approver's approval of one card, and how far it went.
package struct Approval: Sendable, Hashable, Codable {
    package enum State: String, Sendable, Hashable, Codable, CaseIterable {
        /// The approver said yes, and the key has its user; the API may have been asked to register the key.
        case chosen
        /// The API has the key.
        case registered
        /// The parcel is signed: `envelope`.
        case signed
        /// The carrier took the parcel. It stays here too: a carrier may lose it, and a frame may refuse it.
        case published
        /// A receipt says that the session started: nothing is left to do.
        case started
        /// The carrier had another card by then, or another approver's parcel.
        case overtaken
        /// The key was deleted at the API.
        case revoked
    }

    /// The card's hash.
    package let card: String
    package let frame: String
    /// `nil` where the card was approved by its fingerprint.
    package let host: String?
    package let publicKey: PublicKey
    package let session: SessionName
    package let organizationId: String
    package internal(set) var userId: String
    /// When key and session end: RFC 3339, UTC.
    package internal(set) var notAfter: String
    package let approvedAt: String
    /// When the card ends, after which nothing can be done about it: RFC 3339, UTC.
    package let cardNotAfter: String
    package var state: State
    package var apiKeyId: String?
    /// The signed parcel as it is published, kept until a receipt says that the session started, or the card has ended.
    package var envelope: String?
    /// The SHA-256 of the envelope that this approver published before for the same card. The next envelope replaces it.
    package var earlierEnvelope: String?
    /// The SHA-256 of a receipt about an earlier envelope.
    package var earlierReceipt: String?

    package init(
        applicant card: Card,
        hash: CardHash,
        host: HostName?,
        organizationId: String,
        userId: String,
        notAfter: DocumentTime,
        approvedAt: DocumentTime
    ) {
        self.card = hash.description
        (frame, publicKey) = (card.frame.description, card.publicKey.key)
        (self.host, session) = (host?.description, card.session)
        (self.organizationId, self.userId) = (organizationId, userId)
        (self.notAfter, self.approvedAt) = (notAfter.description, approvedAt.description)
        cardNotAfter = card.notAfter.description
        state = .chosen
    }

    /// When key and session end; the distant past where it cannot be read, which the ledger's reader does not let through.
    package var end: DocumentTime { DocumentTime(notAfter) ?? .distantPast }

    /// When the card ends; the distant past where it cannot be read, which the ledger's reader does not let through.
    package var cardEnd: DocumentTime { DocumentTime(cardNotAfter) ?? .distantPast }

    /// The public key that the parcel's signature names; `nil` where there is no parcel.
    package var signer: Data? { parcel.flatMap { SSHSignatureBlob(armored: $0.signature)?.publicKey } }

    /// The signed parcel, where there is one.
    package var parcel: ParcelEnvelope? {
        envelope.flatMap { try? ParcelEnvelope(reading: Array($0.utf8)) }
    }

    /// Has the parcel signed anew. The new parcel replaces the present one on the carrier.
    ///
    /// - Parameter receipt: The receipt of the present parcel.
    package mutating func signAnew(after receipt: CarriedReceipt?) {
        if let envelope { earlierEnvelope = CardHash(of: Array(envelope.utf8)).description }
        if let receipt { earlierReceipt = receipt.hash.description }
        // With an earlier end the next parcel differs even where the key signs alike: couriers ignore bytes that they have
        // delivered.
        if let last = parcel?.parcel.notAfter {
            notAfter = DocumentTime(secondsSince1970: min(end, last).secondsSince1970 - 1).description
        }
        (state, envelope) = (.registered, nil)
    }

    /// Returns the key's name at the API, from which every approver sees which user has which frame's keys.
    package static func apiKeyName(fleet: FleetName, frame: FrameID, card: CardHash) -> String {
        "fleet \(fleet) \(frame) \(card.description.prefix(16))"
    }

    /// Returns the frame in a key's name; `nil` where the name is not of a key of this fleet.
    package static func frame(ofAPIKeyName name: String, fleet: FleetName) -> FrameID? {
        let words = name.split(separator: " ", omittingEmptySubsequences: false)
        guard words.count == 4, words[0] == "fleet", words[1] == fleet.description,
            DocumentText.isHex(String(words[3]), byteCount: 8)
        else { return nil }
        return FrameID(words[2])
    }
}
