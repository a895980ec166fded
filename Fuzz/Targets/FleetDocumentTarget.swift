// SPDX-License-Identifier: Apache-2.0
// Covers: Sources/Fleet/Documents/DocumentMembers.swift Sources/Fleet/Documents/Card.swift Sources/Fleet/Documents/CardEnvelope.swift Sources/Fleet/Documents/Parcel.swift Sources/Fleet/Documents/ParcelEnvelope.swift Sources/Fleet/Documents/Receipt.swift Sources/Fleet/Documents/DocumentTime.swift Sources/Fleet/Documents/ArmoredSignature.swift Sources/Fleet/Approving/SSH/SSHSignatureBlob.swift
// Words: fleet
import Fleet
import Foundation

extension FuzzTarget {
    /// The first byte says which document the others are: `c`, `p` and `r` a card, a parcel and a receipt, `C` and `P` the
    /// envelope of one, `s` an armored signature.
    static let fleetDocument = FuzzTarget(name: "fleet-document") { (bytes) throws(BrokenClaim) in
        let text = Array(bytes.dropFirst())
        if bytes.first == UInt8(ascii: "s") { return try checkSignature(text) }
        guard let written = rewrite(bytes.first, text) else { return }
        let reference = ReferenceJSON(text)
        try claim("what is read is JSON to another reader too", reference != nil)
        try claim("no document is longer than its envelope's limit", text.count <= CarriedDocument.limitBytes)
        try claim("what is written is read as the same", rewrite(bytes.first, written) == written)
        guard bytes.first == UInt8(ascii: "c"), let card = try? Card(reading: text) else { return }
        for (name, value) in [
            ("fleet", card.fleet.description), ("frame", card.frame.description), ("host", card.host.description),
            ("publicKey", card.publicKey.description), ("session", "\(card.session)"), ("nonce", card.nonce),
            ("notAfter", card.notAfter.description),
        ] {
            try claim("both readers read one \(name)", reference?[name] == .string(Array(value.utf8)))
        }
    }

    /// Reads a document and writes it again; nil where it is none.
    private static func rewrite(_ kind: UInt8?, _ bytes: [UInt8]) -> [UInt8]? {
        switch kind {
        case UInt8(ascii: "c"): (try? Card(reading: bytes))?.write()
        case UInt8(ascii: "p"): (try? Parcel(reading: bytes))?.write()
        case UInt8(ascii: "r"): (try? Receipt(reading: bytes))?.write()
        case UInt8(ascii: "C"): (try? CardEnvelope(reading: bytes))?.write()
        case UInt8(ascii: "P"): (try? ParcelEnvelope(reading: bytes))?.write()
        default: nil
        }
    }

    private static func checkSignature(_ text: [UInt8]) throws(BrokenClaim) {
        guard let armor = String(validating: text, as: UTF8.self), let blob = SSHSignatureBlob(armored: armor) else {
            return
        }
        try claim("a signature is in its armor", ArmoredSignature.isOne(armor))
        let length = blob.publicKey.count + blob.namespace.utf8.count
        try claim("what a signature says of itself is in it", length < text.count)
    }
}
