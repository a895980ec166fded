// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation

/// Base58check: the payload and the first four bytes of its double SHA-256, in Bitcoin's base-58 alphabet.
enum Base58Check {
    private static let alphabet = Array("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz".utf8)

    static func encode(_ payload: Data) -> String {
        let checksum = SHA256.hash(data: Data(SHA256.hash(data: payload))).prefix(4)
        return encodeBase58(payload + checksum)
    }

    /// Encodes without a checksum: leading zero bytes are spelled `1`, the rest is one big number.
    private static func encodeBase58(_ bytes: Data) -> String {
        var digits: [UInt8] = []  // least significant first
        for byte in bytes {
            var carry = Int(byte)
            for index in digits.indices {
                carry += Int(digits[index]) << 8
                digits[index] = UInt8(carry % 58)
                carry /= 58
            }
            while carry > 0 {
                digits.append(UInt8(carry % 58))
                carry /= 58
            }
        }
        let zeros = repeatElement(alphabet[0], count: bytes.prefix { $0 == 0 }.count)
        return String(decoding: Array(zeros) + digits.reversed().map { alphabet[Int($0)] }, as: UTF8.self)
    }
}
