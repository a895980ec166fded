// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation

/// The little CBOR (RFC 8949) that an authenticator writes.
enum COSE {
    /// `{1: 2, 3: -7, -1: 1, -2: x, -3: y}` (RFC 9053 §7.1.1), in canonical order.
    static func makeES256Key(_ key: P256.Signing.PublicKey) -> Data {
        let point = key.rawRepresentation
        let head = Data([0xA5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01])
        return head + Data([0x21, 0x58, 0x20]) + point.prefix(32) + Data([0x22, 0x58, 0x20]) + point.suffix(32)
    }

    /// `{"fmt": "none", "attStmt": {}, "authData": bytes}` (WebAuthn Level 3, §6.5.4), for 24 to 65,535 bytes of
    /// authenticator data.
    static func makeAttestationObject(authenticatorData: Data) -> Data {
        let length = UInt16(authenticatorData.count)
        let head: [UInt8] = length < 256 ? [0x58] : [0x59, UInt8(length >> 8)]
        return Data([0xA3, 0x63]) + Data("fmt".utf8) + Data([0x64]) + Data("none".utf8)
            + Data([0x67]) + Data("attStmt".utf8) + Data([0xA0])
            + Data([0x68]) + Data("authData".utf8) + Data(head + [UInt8(length & 255)]) + authenticatorData
    }
}

extension Data {
    /// Base64url without padding (RFC 4648 §5).
    var base64URL: String {
        base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }
}
