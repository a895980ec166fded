// SPDX-License-Identifier: Apache-2.0

/// Bytes written in hex digits of either case, with or without `0x`, and decoded one at a time as they are asked for.
package struct HexBytes: ~Escapable {
    private let digits: Span<UInt8>

    /// Checks the digits; nil for an odd number of them, or for another character.
    @_lifetime(copy text)
    package init?(_ text: Span<UInt8>) {
        let hasPrefix = text.count >= 2 && text[0] == UInt8(ascii: "0") && text[1] == UInt8(ascii: "x")
        let digits = text.extracting((hasPrefix ? 2 : 0)...)
        guard digits.count.isMultiple(of: 2) else { return nil }
        for index in digits.indices where digits[index].hexValue == nil { return nil }
        self.digits = digits
    }

    /// Takes text that was checked before.
    @_lifetime(copy text)
    init(known text: Span<UInt8>) {
        let hasPrefix = text.count >= 2 && text[1] == UInt8(ascii: "x")
        digits = text.extracting((hasPrefix ? 2 : 0)...)
    }

    /// The number of bytes.
    package var count: Int { digits.count / 2 }

    /// The byte at `index`.
    package subscript(index: Int) -> UInt8 { Self.value(digits[index * 2]) << 4 | Self.value(digits[index * 2 + 1]) }

    /// Converts a valid digit: letters of both cases have the bit 0x40, and their low bits count from 1.
    private static func value(_ digit: UInt8) -> UInt8 { (digit & 0x0F) &+ (digit >> 6) &* 9 }
}
