// SPDX-License-Identifier: Apache-2.0

/// A sum in a counter: 256 bits that saturate instead of overflowing.
package struct UInt256: Hashable, Comparable, Sendable {
    private var limbs: SIMD4<UInt64>

    static let zero = UInt256(0, 0, 0, 0)
    static let max = UInt256(.max, .max, .max, .max)

    /// Takes 64 bits each, the lowest first.
    init(_ first: UInt64, _ second: UInt64, _ third: UInt64, _ fourth: UInt64) {
        limbs = SIMD4(first, second, third, fourth)
    }

    init(saturating value: Natural) { self = value.word ?? .max }

    subscript(index: Int) -> UInt64 { limbs[index] }

    package static func < (left: Self, right: Self) -> Bool {
        for index in (0..<4).reversed() where left.limbs[index] != right.limbs[index] {
            return left.limbs[index] < right.limbs[index]
        }
        return false
    }

    func saturatingAdding(_ other: Self) -> Self { UInt256(saturating: Natural(self) + Natural(other)) }

    /// Subtracts; zero if `other` is greater.
    func saturatingSubtracting(_ other: Self) -> Self {
        guard other < self else { return .zero }
        var difference = self
        var borrow: UInt64 = 0
        for index in 0..<4 {
            let (low, first) = limbs[index].subtractingReportingOverflow(other.limbs[index])
            let (rest, second) = low.subtractingReportingOverflow(borrow)
            difference.limbs[index] = rest
            borrow = first || second ? 1 : 0
        }
        return difference
    }
}
