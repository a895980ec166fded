// SPDX-License-Identifier: Apache-2.0
package import Foundation

/// A time in a document: RFC 3339 in UTC, whole seconds, in one spelling (`2026-01-31T23:59:59Z`).
package struct DocumentTime: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// Seconds since 1970.
    package let secondsSince1970: Int64

    /// Reads a time; returns `nil` for any other spelling, for a day that the calendar does not have, and for a leap second.
    package init?(_ text: String) {
        guard text.utf8.count == 20, let date = try? Date(text, strategy: .iso8601) else { return nil }
        self.init(date)
        // Foundation's reader accepts more than one spelling; only the one above is written again.
        guard description.utf8.elementsEqual(text.utf8) else { return nil }
    }

    /// Makes the time of `date`, cut to the whole second.
    package init(_ date: Date) {
        secondsSince1970 = Int64(date.timeIntervalSince1970.rounded(.down))
    }

    package init(secondsSince1970: Int64) {
        self.secondsSince1970 = secondsSince1970
    }

    /// The time before every other.
    static let distantPast = Self(secondsSince1970: .min)

    package var date: Date { Date(timeIntervalSince1970: TimeInterval(secondsSince1970)) }

    package var description: String { date.formatted(.iso8601) }

    package static func < (left: Self, right: Self) -> Bool { left.secondsSince1970 < right.secondsSince1970 }
}
