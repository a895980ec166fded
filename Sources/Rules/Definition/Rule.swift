// SPDX-License-Identifier: Apache-2.0

/// The effect of a rule that matches.
package enum Effect: String, Sendable, CaseIterable {
    case allow, deny, confirm
}

/// The origin of a session's key.
package enum Origin: String, Sendable, CaseIterable {
    case bundle, generated
}

/// One rule of the configuration, with its named lists filled in.
struct Rule: Hashable, Sendable {
    /// Which callers a rule is about. A member that is nil is not checked.
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
        /// One of these organizations, in lower case.
        case oneOf([Text])
        /// The session's organization, if it has one. Only built-in sets can say so.
        case session
    }

    struct Kind: Hashable, Sendable {
        /// The text without the `*`.
        let text: Text
        let isPrefix: Bool
    }

    /// How far `timestampMs` may be from the clock, in milliseconds.
    struct Freshness: Hashable, Sendable {
        var past: Int64 = 300_000
        var future: Int64 = 60_000
    }

    /// Hours of a day in minutes of UTC; `until` is exclusive.
    struct Hours: Hashable, Sendable {
        /// One bit a day; bit 0 is Monday.
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

    /// The rule's condition `evm`; nil unless there is exactly one.
    var evmCondition: Condition? {
        let all = conditions.filter { $0.evm != nil }
        return all.count == 1 ? all[0] : nil
    }
}
