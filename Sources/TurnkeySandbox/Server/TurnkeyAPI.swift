// SPDX-License-Identifier: Apache-2.0
import Foundation

/// The API's state. Requests are answered one after the other.
actor TurnkeyAPI {
    private var ledger: Ledger
    private let now: @Sendable () -> Date

    init(_ ledger: Ledger, now: @escaping @Sendable () -> Date) {
        self.ledger = ledger
        self.now = now
    }

    func answer(_ request: APIRequest) throws(APIRefusal) -> JSONObject {
        try ledger.answer(request, at: now())
    }

    /// Returns the e-mails that were sent, the oldest first.
    func mailbox() -> JSONObject {
        ["messages": .array(ledger.directory.mailbox.map { .object($0.json) })]
    }

    /// Returns the transactions that would have been sent to a chain, the oldest first.
    func transactions() -> JSONObject {
        ["transactions": .array(ledger.directory.transactions.map { .object($0.json) })]
    }
}
