// SPDX-License-Identifier: Apache-2.0

/// What a rule does where it matches.
package enum Effect: String, Sendable, CaseIterable {
    case allow, deny, confirm
}

/// Where a session's key comes from.
package enum Origin: String, Sendable, CaseIterable {
    case bundle, generated
}

/// One rule as the configuration has it, with its lists in place.
struct Rule: Hashable, Sendable {
    /// Nil: not asked.
    struct Who: Hashable, Sendable {
        var uids: [UInt32]?
        var gids: [UInt32]?
        var units: [Text]?
        var sessions: [Text]?
        var origins: [Origin]?
        var delegates: [Text]?
    }

    enum Organization: Hashable, Sendable {
        case any
        /// In lower case.
        case oneOf([Text])
        /// The session's, where the session has one: of built-in sets alone.
        case session
    }

    struct Kind: Hashable, Sendable {
        /// Without `*`.
        let text: Text
        let isPrefix: Bool
    }

    /// How far `timestampMs` may lie from the clock, in milliseconds.
    struct Freshness: Hashable, Sendable {
        var past: Int64 = 300_000
        var future: Int64 = 60_000
    }

    /// Minutes of a day, UTC; `until` is outside.
    struct Hours: Hashable, Sendable {
        /// Bit 0 is Monday.
        let days: UInt8
        let from: Int
        let until: Int
    }

    enum Shown: Hashable, Sendable {
        case pointer(Pointer)
        case evmTo, evmValue, evmFee, evmChainId, evmData
    }

    struct Confirmation: Hashable, Sendable {
        let timeout: Int
        let show: [Shown]
        let sameAccount: Bool
    }

    var id: Text
    var effect = Effect.deny
    var who = Who()
    var isQuery = false
    var kinds: [Kind]?
    var types: [Text]?
    var paths: [Text]?
    var organization = Organization.any
    var conditions: [Condition] = []
    var only: [ListedPlace]?
    var members: [Text]?
    var fresh: Freshness?
    var hours: Hours?
    var limits: [Limit] = []
    var confirmation: Confirmation?

    /// The condition `evm`, where there is exactly one.
    var evmCondition: Condition? {
        let all = conditions.filter { $0.evm != nil }
        return all.count == 1 ? all[0] : nil
    }
}
