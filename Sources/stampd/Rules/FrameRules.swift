// SPDX-License-Identifier: Apache-2.0
import Rules
import SignerCore

/// The rule sets in force, and what their limits have counted.
struct FrameRules {
    /// Those that have a set, by name; a socket that is not here is open.
    private(set) var sockets: [SocketRules] = []
    private(set) var counters = Counters()
    private var workspace = Workspace()

    /// Of the sockets of a frame, of which there are few: found without a hash.
    subscript(socket: String) -> SocketRules? { sockets.first { $0.socket == socket } }

    /// What the set says of a payload, which is the very bytes that are hashed. Charges nothing.
    mutating func decide(
        _ payload: Span<UInt8>,
        by rules: SocketRules,
        for caller: Caller,
        at clock: Clock
    ) -> Decision {
        rules.set.decide(payload, for: caller, at: clock, with: counters, using: &workspace)
    }

    /// Why, rule by rule.
    mutating func explain(
        _ payload: Span<UInt8>,
        by rules: SocketRules,
        for caller: Caller,
        at clock: Clock
    ) -> Explanation {
        rules.set.explain(payload, for: caller, at: clock, with: counters, using: &workspace)
    }

    /// The stamp is made.
    mutating func charge(_ charges: [Charge], at now: BootInstant) {
        if !charges.isEmpty { counters.charge(charges, at: now.nanoseconds) }
    }
}
