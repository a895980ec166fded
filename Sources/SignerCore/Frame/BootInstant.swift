// SPDX-License-Identifier: Apache-2.0

/// A moment of CLOCK_BOOTTIME: nanoseconds since boot, time in suspend included. Arithmetic saturates, it never wraps.
///
/// Its functions are inlinable because each call compares a dozen moments. A call into another module costs more than
/// the comparison, and the compiler has to assume that it touches other memory.
@frozen
public struct BootInstant: Comparable, Hashable, Sendable {
    /// Nanoseconds since boot.
    public let nanoseconds: Int64

    /// Creates a moment so many nanoseconds after boot.
    @inlinable
    public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    /// A moment that never comes.
    @inlinable
    public static var never: BootInstant { BootInstant(nanoseconds: .max) }

    @inlinable
    public static func == (left: BootInstant, right: BootInstant) -> Bool { left.nanoseconds == right.nanoseconds }

    @inlinable
    public static func < (left: BootInstant, right: BootInstant) -> Bool { left.nanoseconds < right.nanoseconds }

    /// The moment so many seconds later.
    @inlinable
    public func adding(seconds: Int64) -> BootInstant { adding(seconds, unitNanoseconds: 1_000_000_000) }

    /// The moment so many milliseconds later.
    @inlinable
    public func adding(milliseconds: Int64) -> BootInstant { adding(milliseconds, unitNanoseconds: 1_000_000) }

    @inlinable
    func adding(_ count: Int64, unitNanoseconds: Int64) -> BootInstant {
        let (product, productOverflows) = count.multipliedReportingOverflow(by: unitNanoseconds)
        let (sum, sumOverflows) = nanoseconds.addingReportingOverflow(productOverflows ? .max : product)
        return BootInstant(nanoseconds: sumOverflows ? .max : sum)
    }

    /// Whole seconds since boot.
    @inlinable
    public var seconds: Int64 { nanoseconds / 1_000_000_000 }

    /// The moment so many seconds earlier.
    @inlinable
    public func subtracting(seconds: Int64) -> BootInstant {
        let (product, productOverflows) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        let (difference, overflows) = nanoseconds.subtractingReportingOverflow(productOverflows ? .max : product)
        return BootInstant(nanoseconds: overflows ? .min : difference)
    }

    /// Whole milliseconds from this moment to `later`; zero if that is in the past.
    @inlinable
    public func milliseconds(until later: BootInstant) -> Int64 {
        guard self < later else { return 0 }
        let (difference, overflows) = later.nanoseconds.subtractingReportingOverflow(nanoseconds)
        return (overflows ? .max : difference) / 1_000_000
    }
}
