// SPDX-License-Identifier: Apache-2.0

/// A limit on stamps in a sliding window: on their number, or on a sum over their payloads.
package struct Limit: Hashable, Sendable {
    /// The kind of party whose counter is charged.
    package enum Party: String, Hashable, Sendable, CaseIterable {
        case session, account, unit, delegate, all
    }

    enum Measure: Hashable, Sendable {
        case count
        case evmSpend
        case evmValue
        /// A word of the call's data, numbered from 1.
        case evmWord(Int)
        /// The number at a pointer; if `*` reaches several, their sum.
        case number(Pointer)

        var isEVM: Bool {
            switch self {
            case .evmSpend, .evmValue, .evmWord: true
            case .count, .number: false
            }
        }
    }

    let nameText: Text
    /// The kind of party whose counter is charged.
    package let party: Party
    /// The window's length in seconds.
    package let window: Int64
    let measure: Measure
    let maximum: Natural

    /// The limit's name.
    package var name: String { nameText.string }
}
