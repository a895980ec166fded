// SPDX-License-Identifier: Apache-2.0
import Foundation

/// An `Expiry` as it is stored.
struct StoredExpiry: Codable, Sendable {
    /// Milliseconds since 1970.
    let expiresAtMilliseconds: Int64
    let deadline: StoredInstant?

    init(_ expiry: Expiry) {
        expiresAtMilliseconds = Int64(saturating: expiry.date.timeIntervalSince1970 * 1_000)
        deadline = expiry.deadline.flatMap { StoredInstant($0) }
    }

    var expiry: Expiry {
        Expiry(date: Date(timeIntervalSince1970: Double(expiresAtMilliseconds) / 1_000), deadline: deadline?.value)
    }
}
