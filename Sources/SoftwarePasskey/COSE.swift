// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation

/// The CBOR (RFC 8949) that an authenticator writes.
enum COSE {
    /// Returns `{1: 2, 3: -7, -1: 1, -2: x, -3: y}` (RFC 9053 §7.1.1), in canonical order.
    static func makeES256Key(_ key: P256.Signing.PublicKey) -> Data {
        let point = key.rawRepresentation
        let head = Data([0xA5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01])
        return head + Data([0x21, 0x58, 0x20]) + point.prefix(32) + Data([0x22, 0x58, 0x20]) + point.suffix(32)
    }
}
