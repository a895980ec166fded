// SPDX-License-Identifier: Apache-2.0

/// A whole number below 2²⁵⁶ as the API writes amounts: `0`, or digits without a leading zero.
struct DecimalNumber: Sendable, Hashable {
    let text: String
    /// Big-endian, without leading zeros.
    let bytes: [UInt8]

    init?(_ text: String) {
        let digits = Array(text.utf8)
        guard (1...78).contains(digits.count), digits.allSatisfy({ (0x30...0x39).contains($0) }),
            digits == [0x30] || digits[0] != 0x30
        else { return nil }
        var bytes: [UInt8] = []  // least significant first
        for digit in digits {
            var carry = Int(digit - 0x30)
            for index in bytes.indices {
                carry += Int(bytes[index]) * 10
                bytes[index] = UInt8(carry & 0xFF)
                carry >>= 8
            }
            if carry > 0 { bytes.append(UInt8(carry)) }
        }
        guard bytes.count <= 32 else { return nil }
        self.text = text
        self.bytes = bytes.reversed()
    }

    /// The number as 64 bits; `nil` if it does not fit.
    var uint64: UInt64? { UInt64(text) }
}
