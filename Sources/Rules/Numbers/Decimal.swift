// SPDX-License-Identifier: Apache-2.0

/// A number as a rule set and a payload write it: decimal digits, compared as they stand, exact at any length.
struct Decimal: Hashable, Sendable {
    /// As many as 2²⁵⁶ − 1 has.
    static let maximumDigitCount = 78

    let digits: [UInt8]

    /// `0`, or a digit from 1 and up to 77 more; nil for anything else.
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

    static func <= (left: Decimal, right: Decimal) -> Bool { isAtMost(left.digits.span, right.digits.span) }

    /// Compares digits without leading zeros.
    static func isAtMost(_ left: Span<UInt8>, _ right: Span<UInt8>) -> Bool {
        guard left.count == right.count else { return left.count < right.count }
        for index in left.indices where left[index] != right[index] { return left[index] < right[index] }
        return true
    }
}
