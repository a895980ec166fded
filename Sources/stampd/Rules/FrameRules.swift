// SPDX-License-Identifier: Apache-2.0
import Rules
import SignerCore

/// The rule sets in force, and what their limits have counted.
struct FrameRules {
    /// Those that have a set, by name; a socket that is not here is open.
    private(set) var sockets: [SocketRules] = []
    private(set) var counters = Counters()
    private var limits: [Limit] = []
    private var workspace = Workspace()
    /// Where what was counted outlives the process; nil where it does not.
    private var store: (any CounterKeeping)?

    /// Holds to these sets from now on. What was counted goes on, where its limit is defined as before.
    mutating func adopt(_ configured: ConfiguredRules, maximumDepth: Int) {
        let tallies = Dictionary(uniqueKeysWithValues: sockets.map { ($0.socket, $0.tally) })
        sockets = configured.sets.sets.sorted { $0.key < $1.key }.map { socket, set in
            SocketRules(
                socket: socket,
                set: set,
                sha256: Self.sha256(configured.bytes(of: set)),
                tally: tallies[socket] ?? .init()
            )
        }
        limits = configured.sets.limits
        counters.adopt(limits)
        workspace.maximumDepth = maximumDepth
        save()
    }

    /// Goes on with what another process counted, and keeps it from now on.
    mutating func goOn(with counters: Counters?, in store: any CounterKeeping) {
        if let counters {
            self.counters = counters
            self.counters.adopt(limits)
        }
        self.store = store
        save()
    }

    /// When the last of what was charged counts no more, and nobody would miss it; nil where nothing counts.
    func countsUntil(at now: BootInstant) -> BootInstant? {
        counters.chargedUntil(at: now.nanoseconds).map(BootInstant.init(nanoseconds:))
    }

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

    /// What is asked again at a yes to a confirmation.
    mutating func confirm(
        _ payload: Span<UInt8>,
        by rules: SocketRules,
        rule: Int,
        for caller: Caller,
        at clock: Clock
    ) -> Decision {
        rules.set.confirm(payload, by: rule, for: caller, at: clock, using: &workspace)
    }

    /// The stamp is made, or waits for its confirmation.
    @discardableResult
    mutating func charge(_ charges: [Charge], at now: BootInstant) -> Receipt {
        let receipt = counters.charge(charges, at: now.nanoseconds)
        if !charges.isEmpty { save() }
        return receipt
    }

    /// The stamp that it was charged for is not made.
    mutating func giveBack(_ receipt: Receipt) {
        counters.giveBack(receipt)
        save()
    }

    private mutating func save() { store?.save(&counters) }

    /// 64 hex digits; empty where libcrypto has no memory.
    private static func sha256(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        if let hasher = try? ChainHasher(), let hash = try? hasher.hash(bytes.span) { hash.appendHex(to: &text) }
        return String(decoding: text, as: UTF8.self)
    }
}
