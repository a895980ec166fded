// SPDX-License-Identifier: Apache-2.0

/// Bytes as hex digits of either case write them, with or without `0x`; read where they stand.
struct HexBytes: ~Escapable {
    private let digits: Span<UInt8>

    /// Nil for an odd number of digits, and for anything that is none.
    @_lifetime(copy text)
    init?(_ text: Span<UInt8>) {
        let hasPrefix = text.count >= 2 && text[0] == UInt8(ascii: "0") && text[1] == UInt8(ascii: "x")
        let digits = text.extracting((hasPrefix ? 2 : 0)...)
        guard digits.count.isMultiple(of: 2) else { return nil }
        for index in digits.indices where digits[index].hexValue == nil { return nil }
        self.digits = digits
    }

    /// A text that was found to be good before.
    @_lifetime(copy text)
    init(known text: Span<UInt8>) {
        let hasPrefix = text.count >= 2 && text[1] == UInt8(ascii: "x")
        digits = text.extracting((hasPrefix ? 2 : 0)...)
    }

    var count: Int { digits.count / 2 }

    subscript(index: Int) -> UInt8 { Self.value(digits[index * 2]) << 4 | Self.value(digits[index * 2 + 1]) }

    /// Of what is known to be a digit: the letters of both cases have the bit 0x40, and their low bits count from 1.
    private static func value(_ digit: UInt8) -> UInt8 { (digit & 0x0F) &+ (digit >> 6) &* 9 }
}
