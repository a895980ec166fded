// SPDX-License-Identifier: Apache-2.0
import Foundation

/// How long a key lives: a positive number of seconds, which the API spells as a decimal string.
struct Expiration: Equatable {
    /// What every kind of session lives where nothing is asked.
    static let session = Expiration(seconds: 900)

    let seconds: Int64

    private init(seconds: Int64) {
        self.seconds = seconds
    }

    /// Reads decimal digits of a number from 1 to 2⁶³ − 1; the API documents no maximum.
    init(reading text: String) throws(APIRefusal) {
        // `Int64` alone would read "+900" too.
        guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let seconds = Int64(text), seconds > 0 else {
            throw .apiKeyExpiration
        }
        self.seconds = seconds
    }

    /// What a session lives: the shorter of what is asked and what its profile allows, where there is either.
    static func ofSession(asked: Expiration?, limit: Expiration?) -> Expiration {
        guard let asked, let limit else { return asked ?? limit ?? .session }
        return asked.seconds < limit.seconds ? asked : limit
    }

    func date(from start: Date) -> Date {
        start.addingTimeInterval(TimeInterval(seconds))
    }

    /// The end in whole Unix seconds, as a token's `exp` has it; the last second there is where it does not fit.
    func unixSeconds(from start: Date) -> Int64 {
        let (sum, overflow) = start.unixSeconds.addingReportingOverflow(seconds)
        return overflow ? .max : sum
    }
}
