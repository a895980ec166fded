// SPDX-License-Identifier: Apache-2.0

/// A moment in the format of cards and parcels: RFC 3339 in UTC, whole seconds, `2026-11-29T13:00:00Z`.
package struct UTCTime: Comparable, Sendable {
    /// Seconds since 1970, without leap seconds.
    package let seconds: Int64

    private static let byteCount = 20
    /// The years 1970 to 9999, in seconds since 1970.
    static let range: ClosedRange<Int64> = 0...253_402_300_799

    /// Creates a moment; nil outside of `range`.
    init?(seconds: Int64) {
        guard Self.range.contains(seconds) else { return nil }
        self.seconds = seconds
    }

    /// Reads the canonical spelling; nil for any other, for a day that the calendar does not have, and for a leap second.
    init?(_ text: Span<UInt8>) {
        guard text.count == Self.byteCount, text[4] == UInt8(ascii: "-"), text[7] == UInt8(ascii: "-"),
            text[10] == UInt8(ascii: "T"), text[13] == UInt8(ascii: ":"), text[16] == UInt8(ascii: ":"),
            text[19] == UInt8(ascii: "Z"),
            let year = Self.number(in: text, 0..<4), let month = Self.number(in: text, 5..<7),
            let day = Self.number(in: text, 8..<10), let hour = Self.number(in: text, 11..<13),
            let minute = Self.number(in: text, 14..<16), let second = Self.number(in: text, 17..<19),
            hour < 24, minute < 60, second < 60
        else { return nil }
        let days = Self.days(until: (year, month, day))
        // A date that the calendar does not have gives the day number of another date.
        guard Self.date(ofDay: days) == (year, month, day) else { return nil }
        self.init(seconds: ((days * 24 + hour) * 60 + minute) * 60 + second)
    }

    package static func < (left: Self, right: Self) -> Bool { left.seconds < right.seconds }

    private static func number(in text: Span<UInt8>, _ range: Range<Int>) -> Int64? {
        var number: Int64 = 0
        for index in range {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(text[index]) else { return nil }
            number = number * 10 + Int64(text[index] - UInt8(ascii: "0"))
        }
        return number
    }

    /// Days from 1970-01-01 to a date of the Gregorian calendar. Its year is counted from March, so that the leap day is
    /// the last of it.
    private static func days(until date: (year: Int64, month: Int64, day: Int64)) -> Int64 {
        let year = date.month > 2 ? date.year : date.year - 1
        let month = (date.month + 9) % 12
        return 365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + date.day - 1 - daysBefore1970
    }

    /// The days from 0000-03-01 to 1970-01-01.
    private static let daysBefore1970: Int64 = 719_468
    private static let daysOf400Years: Int64 = 146_097

    /// The date of a day that is counted from 1970-01-01, from the year 0 on.
    private static func date(ofDay days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let (era, day) = max(0, days + daysBefore1970).quotientAndRemainder(dividingBy: daysOf400Years)
        let yearOfEra = (day - day / 1460 + day / 36_524 - day / 146_096) / 365
        let dayOfYear = day - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let month = (5 * dayOfYear + 2) / 153
        let year = era * 400 + yearOfEra + (month >= 10 ? 1 : 0)
        return (year, (month + 2) % 12 + 1, dayOfYear - (153 * month + 2) / 5 + 1)
    }
}

extension UTCTime: CustomStringConvertible {
    package var description: String {
        let (days, rest) = seconds.quotientAndRemainder(dividingBy: 86_400)
        let date = Self.date(ofDay: days)
        let time = [rest / 3600, rest / 60 % 60, rest % 60].map { Self.digits($0, 2) }
        return "\(Self.digits(date.year, 4))-\(Self.digits(date.month, 2))-\(Self.digits(date.day, 2))"
            + "T\(time[0]):\(time[1]):\(time[2])Z"
    }

    private static func digits(_ number: Int64, _ count: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, count - digits.utf8.count)) + digits
    }
}
