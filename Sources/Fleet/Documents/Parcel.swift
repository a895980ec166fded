// SPDX-License-Identifier: Apache-2.0
package import StampClient
import Varlink

/// An approver's answer to one card: the user to whom the card's key belongs at the API, and until when.
package struct Parcel: Sendable, Hashable {
    package let fleet: FleetName
    package let frame: FrameID
    package let card: CardHash
    package let session: SessionName
    package let publicKey: CardPublicKey
    package let organizationId: String
    package let userId: String
    package let notAfter: DocumentTime

    private static let names = [
        "v", "fleet", "frame", "card", "session", "publicKey", "organizationId", "userId", "notAfter",
    ]

    /// Makes the answer to `card`, whose bytes are `cardBytes`.
    package init(
        to card: Card,
        cardBytes: [UInt8],
        organizationId: String,
        userId: String,
        notAfter: DocumentTime
    ) {
        (fleet, frame, session, publicKey) = (card.fleet, card.frame, card.session, card.publicKey)
        self.card = CardHash(of: cardBytes)
        (self.organizationId, self.userId, self.notAfter) = (organizationId, userId, notAfter)
    }

    /// Reads a parcel from the bytes that were signed, at most 16 KiB.
    package init(reading bytes: [UInt8]) throws(DocumentFault) {
        let members = try DocumentMembers(document: bytes, names: Self.names)
        fleet = try members.fleet()
        frame = try members.frame()
        card = try members.card()
        session = try members.session()
        publicKey = try members.publicKey()
        organizationId = try members.identifier("organizationId")
        userId = try members.identifier("userId")
        notAfter = try members.time("notAfter")
    }

    /// Writes the parcel's bytes, its members in their order.
    package func write() -> [UInt8] {
        var writer = JSONWriter()
        writer.object { members in
            members.member("v", 1)
            members.member("fleet", fleet.description)
            members.member("frame", frame.description)
            members.member("card", card.description)
            members.member("session", session.text)
            members.member("publicKey", publicKey.description)
            members.member("organizationId", organizationId)
            members.member("userId", userId)
            members.member("notAfter", notAfter.description)
        }
        return writer.bytes
    }
}
