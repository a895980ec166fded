// SPDX-License-Identifier: Apache-2.0
import Foundation

extension Turnkey {
    /// Measures how far this machine's clock is ahead of the API's, by the `Date` of an answer (RFC 9110 §6.6.1): in
    /// whole seconds, with the network's delay as an error. `nil` if the answer has no date.
    ///
    /// It asks whoami without a stamp, which every API refuses; the refusal is the answer.
    ///
    /// - Throws: `.unreachable`, `.timedOut`, `.redirected`, `.unexpectedAnswer`.
    public func measureClockSkew() async throws(TurnkeyError) -> Duration? {
        let now = Date()
        guard let date = try await context.connection.transport.readDate() else { return nil }
        return .seconds(Int(saturating: now.timeIntervalSince(date).rounded()))
    }
}
