// SPDX-License-Identifier: Apache-2.0

/// A moment of CLOCK_BOOTTIME: nanoseconds since boot, suspend included. Arithmetic stops at the ends, it never wraps.
package struct BootInstant: Comparable, Hashable, Sendable {
    package let nanoseconds: Int64

    package init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    /// A moment that never comes.
    package static let never = BootInstant(nanoseconds: .max)

    package static func < (left: BootInstant, right: BootInstant) -> Bool { left.nanoseconds < right.nanoseconds }

    package func adding(seconds: Int64) -> BootInstant { adding(seconds, unitNanoseconds: 1_000_000_000) }

    package func adding(milliseconds: Int64) -> BootInstant { adding(milliseconds, unitNanoseconds: 1_000_000) }

    private func adding(_ count: Int64, unitNanoseconds: Int64) -> BootInstant {
        let (product, productOverflows) = count.multipliedReportingOverflow(by: unitNanoseconds)
        let (sum, sumOverflows) = nanoseconds.addingReportingOverflow(productOverflows ? .max : product)
        return BootInstant(nanoseconds: sumOverflows ? .max : sum)
    }

    /// Whole seconds since boot.
    package var seconds: Int64 { nanoseconds / 1_000_000_000 }

    package func subtracting(seconds: Int64) -> BootInstant {
        let (product, productOverflows) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        let (difference, overflows) = nanoseconds.subtractingReportingOverflow(productOverflows ? .max : product)
        return BootInstant(nanoseconds: overflows ? .min : difference)
    }

    /// Whole milliseconds from here to `later`, zero where it is past.
    package func milliseconds(until later: BootInstant) -> Int64 {
        guard self < later else { return 0 }
        let (difference, overflows) = later.nanoseconds.subtractingReportingOverflow(nanoseconds)
        return (overflows ? .max : difference) / 1_000_000
    }
}
