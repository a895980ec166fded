// SPDX-License-Identifier: Apache-2.0
package import StampClient
import Varlink

/// A frame's request for a session: for a key that was made for this card, until an end.
///
/// Every member is a claim by the card's writer; a host's evidence vouches for them.
package struct Card: Sendable, Hashable {
    package let fleet: FleetName
    package let frame: FrameID
    package let host: HostName
    /// The key that waits inside the frame until `notAfter`.
    package let publicKey: CardPublicKey
    package let session: SessionName
    package let expirationSeconds: Int
    /// 16 bytes in lower-case hex, which make each card's bytes unique.
    package let nonce: String
    package let notAfter: DocumentTime

    package static let expirationSecondsRange: ClosedRange<Int64> = 1...Int64(Int32.max)

    private static let names = [
        "v", "fleet", "frame", "host", "publicKey", "session", "expirationSeconds", "nonce", "notAfter",
    ]

    /// Reads a card from the bytes that are signed and hashed, at most 16 KiB.
    package init(reading bytes: [UInt8]) throws(DocumentFault) {
        let members = try DocumentMembers(document: bytes, names: Self.names)
        fleet = try members.fleet()
        frame = try members.frame()
        host = try members.text("host", HostName.expected, HostName.init)
        publicKey = try members.publicKey()
        session = try members.session()
        expirationSeconds = try members.integer("expirationSeconds", in: Self.expirationSecondsRange)
        nonce = try members.text("nonce", "32 lower-case hex digits") {
            DocumentText.isHex($0, byteCount: 16) ? $0 : nil
        }
        notAfter = try members.time("notAfter")
    }

    /// Makes a card outside a frame, for tests and measurements. `session` and `nonce` must have the form that is read; it is
    /// not checked here.
    package init(
        fleet: FleetName,
        frame: FrameID,
        host: HostName,
        publicKey: CardPublicKey,
        session: SessionName,
        expirationSeconds: Int,
        nonce: String,
        notAfter: DocumentTime
    ) {
        (self.fleet, self.frame, self.host, self.publicKey) = (fleet, frame, host, publicKey)
        (self.session, self.expirationSeconds) = (session, expirationSeconds)
        (self.nonce, self.notAfter) = (nonce, notAfter)
    }

    /// Writes the card's bytes, its members in their order.
    package func write() -> [UInt8] {
        var writer = JSONWriter()
        writer.object { members in
            members.member("v", 1)
            members.member("fleet", fleet.description)
            members.member("frame", frame.description)
            members.member("host", host.description)
            members.member("publicKey", publicKey.description)
            members.member("session", session.text)
            members.member("expirationSeconds", Int64(expirationSeconds))
            members.member("nonce", nonce)
            members.member("notAfter", notAfter.description)
        }
        return writer.bytes
    }
}
