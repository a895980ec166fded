// SPDX-License-Identifier: Apache-2.0

/// How much may be stamped in a sliding window: a number of stamps, or a sum over their payloads.
package struct Limit: Hashable, Sendable {
    /// Whose counter is charged.
    package enum Party: String, Hashable, Sendable, CaseIterable {
        case session, account, unit, delegate, all
    }

    enum Measure: Hashable, Sendable {
        case count
        case evmSpend
        case evmValue
        /// From 1.
        case evmWord(Int)
        /// The number there; where `*` reaches several, all of them added up.
        case number(Pointer)

        var isEVM: Bool {
            switch self {
            case .evmSpend, .evmValue, .evmWord: true
            case .count, .number: false
            }
        }
    }

    let nameText: Text
    package let party: Party
    /// Seconds.
    package let window: Int64
    let measure: Measure
    let maximum: Natural

    package var name: String { nameText.string }
}
