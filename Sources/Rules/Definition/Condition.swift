// SPDX-License-Identifier: Apache-2.0

/// One condition: an entry of `when`.
struct Condition: Hashable, Sendable {
    /// The test of a condition. Indirect, so that passing one on counts a single reference.
    indirect enum Test: Hashable, Sendable {
        case isText(Text)
        case isBool(Bool)
        /// Compares with a JSON integer as it stands, with `-0` read as `0`.
        case isInteger(Text)
        case oneOf(TextTable)
        /// Compares with addresses, in lower case.
        case address(TextTable)
        case between(Decimal, Decimal)
        case count(Int, Int)
        case absent
        case pendingKey
        case ownKey
        case embeddedKey
        case evm(EVMBounds)
    }

    let at: Pointer
    let test: Test

    var evm: EVMBounds? {
        guard case .evm(let bounds) = test else { return nil }
        return bounds
    }

    /// The texts that a test on texts accepts.
    var texts: TextTable? {
        switch test {
        case .isText(let text): TextTable(CollectionOfOne(text))
        case .oneOf(let table), .address(let table): table
        default: nil
        }
    }

    var isCaseless: Bool {
        guard case .address = test else { return false }
        return true
    }

    /// Whether the test compares with a key of the session or of the frame.
    var asksKey: Bool {
        switch test {
        case .pendingKey, .ownKey, .embeddedKey: true
        default: false
        }
    }

    var isBetween: Bool {
        guard case .between = test else { return false }
        return true
    }
}
