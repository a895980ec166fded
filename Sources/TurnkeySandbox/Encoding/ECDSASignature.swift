// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation

/// Reads ECDSA signatures (`SEQUENCE { r INTEGER, s INTEGER }`, RFC 3279 §2.2.3) as leniently as the API does.
///
/// The API accepts s in either half of the order, integers shorter than 32 bytes, and more leading zeros and longer
/// lengths than DER allows. Integers of more than 32 bytes of value, negative integers and trailing bytes are refused.
enum ECDSASignatureReader {
    /// Reads a P-256 signature; `nil` if the bytes are not one.
    static func read(_ bytes: Data) -> P256.Signing.ECDSASignature? {
        var rest = bytes[...]
        guard var content = element(tag: 0x30, from: &rest), rest.isEmpty,
            let r = scalar(from: &content), let s = scalar(from: &content), content.isEmpty
        else { return nil }
        return try? P256.Signing.ECDSASignature(rawRepresentation: r + s)
    }

    /// Reads a non-negative INTEGER of at most 32 bytes of value, as 32 bytes.
    private static func scalar(from rest: inout Data.SubSequence) -> Data? {
        guard let content = element(tag: 0x02, from: &rest), let first = content.first, first < 0x80 else { return nil }
        let value = content.drop { $0 == 0 }
        guard value.count <= 32 else { return nil }
        return Data(count: 32 - value.count) + value
    }

    /// Removes the element at the front of `rest`, and returns its content.
    private static func element(tag: UInt8, from rest: inout Data.SubSequence) -> Data.SubSequence? {
        guard rest.popFirst() == tag, let length = length(from: &rest), length <= rest.count else { return nil }
        defer { rest = rest.dropFirst(length) }
        return rest.prefix(length)
    }

    /// Reads a definite length: the short form, or a long one of one or two bytes (X.690 §8.1.3).
    private static func length(from rest: inout Data.SubSequence) -> Int? {
        switch rest.popFirst() {
        case let length? where length < 0x80: return Int(length)
        case 0x81: return rest.popFirst().map(Int.init)
        case 0x82:
            guard let high = rest.popFirst(), let low = rest.popFirst() else { return nil }
            return Int(high) << 8 | Int(low)
        default: return nil
        }
    }
}
