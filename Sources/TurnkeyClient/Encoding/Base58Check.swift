// SPDX-License-Identifier: Apache-2.0
import Crypto
package import Foundation

/// Bitcoin's base58 of the bytes and the first four bytes of their double SHA-256.
package enum Base58Check {
    private static let alphabet = Array("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz".utf8)

    /// Encodes bytes.
    package static func encode(_ payload: Data) -> String {
        let checksum = SHA256.hash(data: Data(SHA256.hash(data: payload))).prefix(4)
        return encodeDigits(Array(payload) + checksum)
    }

    /// Divides a big-endian number by 58 repeatedly; each leading zero byte becomes a leading "1".
    private static func encodeDigits(_ bytes: [UInt8]) -> String {
        var digits: [Int] = []
        for byte in bytes {
            var carry = Int(byte)
            for index in digits.indices {
                carry += digits[index] << 8
                digits[index] = carry % 58
                carry /= 58
            }
            while carry > 0 {
                digits.append(carry % 58)
                carry /= 58
            }
        }
        let zeros = bytes.prefix { $0 == 0 }.map { _ in alphabet[0] }
        return String(decoding: zeros + digits.reversed().map { alphabet[$0] }, as: UTF8.self)
    }
}
