// SPDX-License-Identifier: Apache-2.0
package import Foundation

/// The CBOR (RFC 8949) around authenticator data.
package enum AttestationObject {
    /// Returns `{"fmt": "none", "attStmt": {}, "authData": bytes}` (WebAuthn Level 3, §6.5.4), keys in canonical order.
    package static func none(_ authenticatorData: Data) -> Data {
        Data([0xA3, 0x63]) + Data("fmt".utf8) + Data([0x64]) + Data("none".utf8)
            + Data([0x67]) + Data("attStmt".utf8) + Data([0xA0])
            + Data([0x68]) + Data("authData".utf8) + ByteString.wrap(authenticatorData)
    }
}

/// A CBOR byte string of up to 65,535 bytes (RFC 8949 §3.1, major type 2).
package enum ByteString {
    /// Encodes bytes as one byte string.
    package static func wrap(_ bytes: Data) -> Data {
        let count = bytes.count
        let head: [UInt8] =
            switch count {
            case 0..<24: [0x40 | UInt8(count)]
            case 24..<256: [0x58, UInt8(count)]
            default: [0x59, UInt8(truncatingIfNeeded: count >> 8), UInt8(truncatingIfNeeded: count)]
            }
        return Data(head) + bytes
    }

    /// Decodes a byte string; `nil` unless `item` is exactly one with the shortest head.
    package static func unwrap(_ item: Data) -> Data? {
        guard let first = item.first else { return nil }
        let headCount =
            switch first {
            case 0x40..<0x58: 1
            case 0x58: 2
            case 0x59: 3
            default: 0
            }
        let bytes = Data(item.dropFirst(headCount))
        return headCount > 0 && wrap(bytes) == item ? bytes : nil
    }
}
