// SPDX-License-Identifier: Apache-2.0
internal import Varlink

/// The result of a condition.
struct ConditionResult: Equatable {
    enum Outcome: UInt8 {
        case held, absent, wrongType, wrongValue
    }

    var outcome = Outcome.held
    /// Whether part of it is undecidable: absent, of another type, or unreadable. A deny rule then denies.
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

/// The results of a set's conditions for one payload. The storage is reused: results of an earlier payload are
/// recognised by that payload's number, so they need not be cleared.
struct ConditionResults: Sendable {
    private struct Entry {
        var reading: UInt32
        var result: ConditionResult
    }

    private var entries: [Entry] = []
    private var reading: UInt32 = 0

    /// Begins a new payload, of which no result is known.
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

/// The transactions decoded so far, so that many conditions on one transaction cost one decoding.
struct DecodedTransactions {
    private struct Entry {
        let node: Int
        let transaction: EVMTransaction?
        /// The text without escapes; nil where the payload's text has none.
        let unescaped: [UInt8]?
    }

    private var entries: [Entry] = []
    private static let maximumCount = 8

    /// Lends the transaction at a node and its bytes; nil if the text there is not a transaction.
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
