// SPDX-License-Identifier: Apache-2.0
import Foundation
import TurnkeyClient
import Varlink

/// A card as it is carried, with the evidence of its host where there is any.
package struct CardEnvelope: Sendable, Hashable {
    package let card: Card
    /// The card's bytes as they are signed and hashed.
    package let cardBytes: [UInt8]
    /// An armored SSHSIG over the card's bytes, not verified here; `nil` where the host vouches for nothing.
    package let evidence: String?

    package var hash: CardHash { CardHash(of: cardBytes) }

    /// Makes the envelope of a card; `cardBytes` are its bytes as the frame gave them.
    package init(cardBytes: [UInt8], evidence: String?) throws(DocumentFault) {
        card = try Card(reading: cardBytes)
        self.cardBytes = cardBytes
        if let evidence, !ArmoredSignature.isOne(evidence) {
            throw .member("evidence", expected: ArmoredSignature.expected)
        }
        self.evidence = evidence
    }

    /// Reads an envelope from the bytes that were carried, at most 32 KiB.
    package init(reading bytes: [UInt8]) throws(DocumentFault) {
        let members = try DocumentMembers(
            reading: bytes,
            limitBytes: CarriedDocument.limitBytes,
            names: ["card", "evidence"]
        )
        try self.init(
            cardBytes: try members.carriedBytes("card"),
            evidence: try members.optionalText("evidence", ArmoredSignature.expected) { $0 }
        )
    }

    /// Writes the envelope's bytes, its members in their order.
    package func write() -> [UInt8] {
        var writer = JSONWriter()
        writer.object { members in
            members.member("card", Base64URL.encode(Data(cardBytes)))
            members.name("evidence")
            if let evidence { members.string(evidence) } else { members.null() }
        }
        return writer.bytes
    }
}
