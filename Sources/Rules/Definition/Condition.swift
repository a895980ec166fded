// SPDX-License-Identifier: Apache-2.0

/// One entry of `when`.
struct Condition: Hashable, Sendable {
    /// Kept apart from what refers to it, so that handing it on counts one reference.
    indirect enum Test: Hashable, Sendable {
        case isText(Text)
        case isBool(Bool)
        /// A JSON integer as it stands, but `0` for `-0`.
        case isInteger(Text)
        case oneOf(TextTable)
        /// Addresses in lower case.
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

    /// The texts that it takes, of a test on texts.
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

    var isBetween: Bool {
        guard case .between = test else { return false }
        return true
    }
}
