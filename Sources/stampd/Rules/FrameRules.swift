// SPDX-License-Identifier: Apache-2.0
import Rules
import SignerCore

/// The rule sets in force, and the counters of their limits.
struct FrameRules {
    /// The sockets that have a set; a socket that is not here is open.
    private(set) var sockets: [SocketRules] = []
    private(set) var counters = Counters()
    private var limits: [Limit] = []
    private var workspace = Workspace()
    /// Keeps the counters beyond the process's life; nil if they are not kept.
    private var store: (any CounterKeeping)?

    /// Replaces the rule sets. Counters go on if the definition of their limit is unchanged.
    mutating func adopt(_ configured: ConfiguredRules, maximumDepth: Int) {
        let counts = Dictionary(uniqueKeysWithValues: sockets.map { ($0.socket, $0.counts) })
        sockets = configured.sets.sets.sorted { $0.key < $1.key }.map { socket, set in
            SocketRules(
                socket: socket,
                set: set,
                sha256: Self.sha256(configured.bytes(of: set)),
                counts: counts[socket] ?? .init()
            )
        }
        limits = configured.sets.limits
        counters.adopt(limits)
        workspace.maximumDepth = maximumDepth
        save()
    }

    /// Continues another process's counters, and keeps them from now on.
    mutating func goOn(with counters: Counters?, in store: any CounterKeeping) {
        if let counters {
            self.counters = counters
            self.counters.adopt(limits)
        }
        self.store = store
        save()
    }

    /// Returns the end of the last window in which a charge counts; nil if none counts.
    func countsUntil(at now: BootInstant) -> BootInstant? {
        counters.chargedUntil(at: now.nanoseconds).map(BootInstant.init(nanoseconds:))
    }

    /// Finds a socket's rules. A frame has few sockets, so no hash table is needed.
    subscript(socket: String) -> SocketRules? { sockets.first { $0.socket == socket } }

    /// Decides on a payload, whose bytes must be exactly those that are hashed. Charges nothing.
    mutating func decide(
        _ payload: Span<UInt8>,
        by rules: SocketRules,
        for caller: consuming Caller,
        at clock: Clock
    ) -> Decision {
        rules.set.decide(payload, for: caller, at: clock, with: counters, using: &workspace)
    }

    /// Decides, and reports the result of every rule.
    mutating func explain(
        _ payload: Span<UInt8>,
        by rules: SocketRules,
        for caller: consuming Caller,
        at clock: Clock
    ) -> Explanation {
        rules.set.explain(payload, for: caller, at: clock, with: counters, using: &workspace)
    }

    /// Decides again when a person has confirmed.
    mutating func confirm(
        _ payload: Span<UInt8>,
        by rules: SocketRules,
        rule: Int,
        for caller: consuming Caller,
        at clock: Clock
    ) -> Decision {
        rules.set.confirm(payload, by: rule, for: caller, at: clock, using: &workspace)
    }

    /// Charges the limits, when the stamp is made or starts to wait for its confirmation.
    @discardableResult
    mutating func charge(_ charges: [Charge], at now: BootInstant) -> Receipt {
        let receipt = counters.charge(charges, at: now.nanoseconds)
        if !charges.isEmpty { save() }
        return receipt
    }

    /// Takes charges back whose stamp is not made.
    mutating func giveBack(_ receipt: Receipt) {
        counters.giveBack(receipt)
        save()
    }

    private mutating func save() { store?.save(&counters) }

    /// Returns 64 hex digits; empty if libcrypto has no memory.
    private static func sha256(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        if let hasher = try? ChainHasher(), let hash = try? hasher.hash(bytes.span) { hash.appendHex(to: &text) }
        return String(decoding: text, as: UTF8.self)
    }
}
