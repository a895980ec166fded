// SPDX-License-Identifier: Apache-2.0

/// A number as rule sets and payloads write it: decimal digits, compared as text, exact at any length.
struct Decimal: Hashable, Sendable {
    /// As many digits as 2²⁵⁶ − 1 has.
    static let maximumDigitCount = 78

    let digits: [UInt8]

    /// Reads `0`, or a digit from 1 followed by up to 77 more; nil for other text.
    init?(_ text: Text) {
        guard Self.isNumber(text.bytes.span) else { return nil }
        digits = text.bytes
    }

    var natural: Natural { Natural(digits: digits.span) ?? .zero }

    static func isNumber(_ text: Span<UInt8>) -> Bool {
        guard (1...maximumDigitCount).contains(text.count) else { return false }
        for index in text.indices where !text[index].isASCIIDigit { return false }
        return text.count == 1 || text[0] != UInt8(ascii: "0")
    }

    /// Computes the value of the digits; nil if there are more than 18.
    static func int64(_ digits: Span<UInt8>) -> Int64? {
        guard digits.count <= 18 else { return nil }
        var value: Int64 = 0
        for index in digits.indices { value = value * 10 + Int64(digits[index] - UInt8(ascii: "0")) }
        return value
    }

    static func <= (left: Decimal, right: Decimal) -> Bool { isAtMost(left.digits.span, right.digits.span) }

    /// Compares digits that have no leading zeros.
    static func isAtMost(_ left: Span<UInt8>, _ right: Span<UInt8>) -> Bool {
        guard left.count == right.count else { return left.count < right.count }
        for index in left.indices where left[index] != right[index] { return left[index] < right[index] }
        return true
    }
}
