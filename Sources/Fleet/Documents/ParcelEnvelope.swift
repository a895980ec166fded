// SPDX-License-Identifier: Apache-2.0
import Foundation
import TurnkeyClient
import Varlink

/// A parcel as it is carried, with its approver's signature.
package struct ParcelEnvelope: Sendable, Hashable {
    package let parcel: Parcel
    /// The parcel's bytes as they were signed.
    package let parcelBytes: [UInt8]
    /// An armored SSHSIG over the parcel's bytes, not verified here.
    package let signature: String

    package init(parcelBytes: [UInt8], signature: String) throws(DocumentFault) {
        parcel = try Parcel(reading: parcelBytes)
        guard ArmoredSignature.isOne(signature) else {
            throw .member("signature", expected: ArmoredSignature.expected)
        }
        (self.parcelBytes, self.signature) = (parcelBytes, signature)
    }

    /// Reads an envelope from the bytes that were carried, at most 32 KiB.
    package init(reading bytes: [UInt8]) throws(DocumentFault) {
        let members = try DocumentMembers(
            reading: bytes,
            limitBytes: CarriedDocument.limitBytes,
            names: ["parcel", "signature"]
        )
        try self.init(
            parcelBytes: try members.carriedBytes("parcel"),
            signature: try members.text("signature", ArmoredSignature.expected) { $0 }
        )
    }

    /// Writes the envelope's bytes, its members in their order.
    package func write() -> [UInt8] {
        var writer = JSONWriter()
        writer.object { members in
            members.member("parcel", Base64URL.encode(Data(parcelBytes)))
            members.member("signature", signature)
        }
        return writer.bytes
    }
}
