// SPDX-License-Identifier: Apache-2.0
import Foundation

/// How long a key lives: a positive number of seconds, which the API spells as a decimal string.
struct Expiration: Equatable {
    /// The life of every kind of session if none is asked for.
    static let session = Expiration(seconds: 900)

    let seconds: Int64

    private init(seconds: Int64) {
        self.seconds = seconds
    }

    /// Reads decimal digits of a number from 1 to 2⁶³ − 1. The API documents no maximum.
    init(reading text: String) throws(APIRefusal) {
        // `Int64` alone would accept "+900" too.
        guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let seconds = Int64(text), seconds > 0 else {
            throw .apiKeyExpiration
        }
        self.seconds = seconds
    }

    /// Returns the life of a session: the shorter of what is asked for and what its profile allows, if there is either.
    static func ofSession(asked: Expiration?, limit: Expiration?) -> Expiration {
        guard let asked, let limit else { return asked ?? limit ?? .session }
        return asked.seconds < limit.seconds ? asked : limit
    }

    func date(from start: Date) -> Date {
        start.addingTimeInterval(TimeInterval(seconds))
    }

    /// Returns the end in whole Unix seconds, for a token's `exp`; saturated if it does not fit.
    func unixSeconds(from start: Date) -> Int64 {
        let (sum, overflow) = start.unixSeconds.addingReportingOverflow(seconds)
        return overflow ? .max : sum
    }
}
