// SPDX-License-Identifier: Apache-2.0

/// A natural number below 2⁵⁷⁶, exact. A product of two numbers of 256 bits, and sums of such products, are far below.
package struct Natural: Hashable, Comparable, Sendable {
    /// 64 bits each, the lowest first.
    private var limbs: InlineArray<9, UInt64>

    static let zero = Natural(0)

    /// Creates a number.
    package init(_ value: UInt64) {
        limbs = InlineArray(repeating: 0)
        limbs[0] = value
    }

    init(_ value: UInt256) {
        self.init(0)
        for index in 0..<4 { limbs[index] = value[index] }
    }

    /// Reads at most 78 decimal digits; nil for other text.
    init?(digits: Span<UInt8>) {
        guard (1...Decimal.maximumDigitCount).contains(digits.count) else { return nil }
        self.init(0)
        var chunk: UInt64 = 0
        var scale: UInt64 = 1
        for index in digits.indices {
            guard digits[index].isASCIIDigit else { return nil }
            chunk = chunk * 10 + UInt64(digits[index] - UInt8(ascii: "0"))
            scale *= 10
            if scale == 1_000_000_000_000_000_000 || index == digits.count - 1 {
                multiply(by: scale, adding: chunk)
                (chunk, scale) = (0, 1)
            }
        }
    }

    /// Reads at most 72 big-endian bytes.
    init(_ bytes: borrowing HexBytes, _ range: Range<Int>) {
        self.init(0)
        var place = 0
        for index in range.reversed() {
            limbs[place / 8] |= UInt64(bytes[index]) << UInt64(place % 8 * 8)
            place += 1
        }
    }

    /// The number as 256 bits; nil if it does not fit.
    var word: UInt256? {
        for index in 4..<9 where limbs[index] != 0 { return nil }
        return UInt256(limbs[0], limbs[1], limbs[2], limbs[3])
    }

    package static func < (left: Self, right: Self) -> Bool {
        for index in (0..<9).reversed() where left.limbs[index] != right.limbs[index] {
            return left.limbs[index] < right.limbs[index]
        }
        return false
    }

    package static func == (left: Self, right: Self) -> Bool {
        for index in 0..<9 where left.limbs[index] != right.limbs[index] { return false }
        return true
    }

    package func hash(into hasher: inout Hasher) { for index in 0..<9 { hasher.combine(limbs[index]) } }

    static func + (left: Self, right: Self) -> Self {
        var sum = left
        var carry: UInt64 = 0
        for index in 0..<9 {
            let (low, first) = left.limbs[index].addingReportingOverflow(right.limbs[index])
            let (total, second) = low.addingReportingOverflow(carry)
            sum.limbs[index] = total
            carry = first || second ? 1 : 0
        }
        return sum
    }

    static func * (left: Self, right: Self) -> Self {
        var product = Natural(0)
        for index in 0..<9 where left.limbs[index] != 0 {
            var carry: UInt64 = 0
            for other in 0..<(9 - index) {
                let wide = left.limbs[index].multipliedFullWidth(by: right.limbs[other])
                let (low, first) = product.limbs[index + other].addingReportingOverflow(wide.low)
                let (total, second) = low.addingReportingOverflow(carry)
                product.limbs[index + other] = total
                // Cannot overflow: (2⁶⁴ − 1)² + 2 (2⁶⁴ − 1) is 2¹²⁸ − 1.
                carry = wide.high &+ (first ? 1 : 0) &+ (second ? 1 : 0)
            }
        }
        return product
    }

    private mutating func multiply(by factor: UInt64, adding addend: UInt64) {
        var carry = addend
        for index in 0..<9 {
            let wide = limbs[index].multipliedFullWidth(by: factor)
            let (low, overflows) = wide.low.addingReportingOverflow(carry)
            limbs[index] = low
            carry = wide.high &+ (overflows ? 1 : 0)
        }
    }

    /// The number in decimal digits.
    package var digits: String {
        var rest = self
        var text: [UInt8] = []
        repeat {
            var remainder: UInt64 = 0
            for index in (0..<9).reversed() {
                (rest.limbs[index], remainder) = UInt64(10).dividingFullWidth((remainder, rest.limbs[index]))
            }
            text.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: remainder))
        } while rest != .zero
        return String(decoding: text.reversed(), as: UTF8.self)
    }
}
