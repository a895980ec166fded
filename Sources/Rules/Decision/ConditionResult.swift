// SPDX-License-Identifier: Apache-2.0
internal import Varlink

/// What came of a condition.
struct ConditionResult: Equatable {
    enum Outcome: UInt8 {
        case held, absent, wrongType, wrongValue
    }

    var outcome = Outcome.held
    /// Whether something of it cannot be told: absent, of another type, unreadable. Then a deny rule denies.
    var isUntold = false

    var reason: Reason? {
        switch outcome {
        case .held: nil
        case .absent: .fieldAbsent
        case .wrongType: .fieldType
        case .wrongValue: .fieldValue
        }
    }

    static let absent = Self(outcome: .absent, isUntold: true)
    static let wrongType = Self(outcome: .wrongType, isUntold: true)
    static let wrongValue = Self(outcome: .wrongValue)
    static let unreadable = Self(outcome: .wrongValue, isUntold: true)

    static func value(_ holds: Bool?) -> Self { holds == true ? Self() : .wrongValue }
}

/// What is known of a set's conditions for one payload. Kept from one payload to the next: what was known of the former
/// is told by its number, and not wiped.
struct ConditionResults: Sendable {
    private struct Entry {
        var reading: UInt32
        var result: ConditionResult
    }

    private var entries: [Entry] = []
    private var reading: UInt32 = 0

    /// Nothing is known of the next payload.
    mutating func begin(count: Int) {
        reading &+= 1
        if reading == 0 {
            entries.removeAll(keepingCapacity: true)
            reading = 1
        }
        while entries.count < count { entries.append(Entry(reading: 0, result: ConditionResult())) }
    }

    subscript(number: Int) -> ConditionResult? {
        get { entries[number].reading == reading ? entries[number].result : nil }
        set { if let newValue { entries[number] = Entry(reading: reading, result: newValue) } }
    }
}

/// Transactions that were decoded, so that many conditions about one cost one decoding.
struct DecodedTransactions {
    private struct Entry {
        let node: Int
        let transaction: EVMTransaction?
        /// Where the payload's text has escapes: the text without.
        let unescaped: [UInt8]?
    }

    private var entries: [Entry] = []
    private static let maximumCount = 8

    /// Lends the transaction and its bytes; nil where the text is none.
    mutating func with<Result>(
        _ node: Int,
        of payload: borrowing Payload,
        _ body: (borrowing EVMTransaction, borrowing HexBytes) -> Result
    ) -> Result? {
        let entry = entry(node, of: payload)
        guard let transaction = entry.transaction else { return nil }
        if let unescaped = entry.unescaped {
            return body(transaction, HexBytes(known: unescaped.span))
        }
        return body(transaction, HexBytes(known: payload.literal(node)))
    }

    private mutating func entry(_ node: Int, of payload: borrowing Payload) -> Entry {
        if let known = entries.first(where: { $0.node == node }) { return known }
        let hasEscapes = payload.nodes[node].token.hasEscapes
        let unescaped = hasEscapes ? payload.withText(node) { $0.array } : nil
        var transaction: EVMTransaction?
        if let unescaped {
            if let bytes = HexBytes(unescaped.span) { transaction = EVMTransaction(bytes) }
        } else if let bytes = HexBytes(payload.literal(node)) {
            transaction = EVMTransaction(bytes)
        }
        let entry = Entry(node: node, transaction: transaction, unescaped: unescaped)
        if entries.count < Self.maximumCount { entries.append(entry) }
        return entry
    }

    mutating func removeAll() { if !entries.isEmpty { entries.removeAll(keepingCapacity: true) } }
}
