// SPDX-License-Identifier: Apache-2.0
package import Foundation

/// Lower-case hexadecimal, two digits a byte.
package enum Hexadecimal {
    /// Encodes bytes.
    package static func encode(_ bytes: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    /// Decodes text; `nil` for an odd length and for anything but 0-9 a-f A-F.
    package static func decode(_ text: String) -> Data? {
        let values = text.utf8.map(readDigit)
        guard values.count.isMultiple(of: 2), !values.contains(nil) else { return nil }
        let digits = values.compactMap(\.self)
        return Data(stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] })
    }

    private static func readDigit(_ character: UInt8) -> UInt8? {
        switch character {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): character - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): character - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
