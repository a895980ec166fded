// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation
import TurnkeyClient

@testable import Fleet

/// Documents as a frame and an approver make them, with signatures of the right form that nobody made.
enum Documents {
    static let signature = "-----BEGIN SSH SIGNATURE-----\nU1NIU0lH\n-----END SSH SIGNATURE-----\n"

    static func makeCard(
        _ frame: FrameID,
        fleet: FleetName = CarrierStage.fleet,
        evidence: String? = nil,
        notAfter: Date = Date(timeIntervalSinceNow: 3_600)
    ) throws -> (envelope: CardEnvelope, card: [UInt8]) {
        let key = Hexadecimal.encode(P256.Signing.PrivateKey().publicKey.compressedRepresentation)
        let nonce = Hexadecimal.encode(Data((0..<16).map { _ in UInt8.random(in: 0...255) }))
        let card = Card(
            fleet: fleet,
            frame: frame,
            host: HostName("host.example"),
            publicKey: CardPublicKey(key).unsafelyUnwrapped,
            session: "default",
            expirationSeconds: 900,
            nonce: nonce,
            notAfter: DocumentTime(notAfter)
        )
        let bytes = card.write()
        return (try CardEnvelope(cardBytes: bytes, evidence: evidence), bytes)
    }

    /// An answer to the card; `user` tells one from another.
    static func makeParcel(_ cardBytes: [UInt8], _ user: String = "user") throws -> [UInt8] {
        let parcel = Parcel(
            to: try Card(reading: cardBytes),
            cardBytes: cardBytes,
            organizationId: "organization",
            userId: user,
            notAfter: DocumentTime(Date(timeIntervalSinceNow: 900))
        )
        return try ParcelEnvelope(parcelBytes: parcel.write(), signature: signature).write()
    }
}
