// SPDX-License-Identifier: Apache-2.0
internal import Varlink

/// The rule sets of a frame by socket. A value of this type is always valid.
package struct RuleSets: Sendable {
    /// The sets by socket name. A socket without one is open.
    package let sets: [String: RuleSet]
    /// The limits of all sets, each once.
    package let limits: [Limit]

    /// Creates no sets, so that every socket is open.
    package init() { (sets, limits) = ([:], []) }

    /// Reads the configuration's member `rules`, all or nothing.
    ///
    /// - Parameters:
    ///   - bytes: The member's value, an object from socket names to rule sets.
    ///   - sockets: The names of the frame's sockets: `control`, `stamp`, `stamp-NAME`.
    /// - Throws: Every fault found, at most `RuleLimits.maximumFaultCount`.
    package init(reading bytes: Span<UInt8>, sockets: [String]) throws(RuleFaults) {
        let value = try Self.value(bytes)
        guard case .object(let members) = value.content else {
            throw Self.fault("", "an object from socket names to rule sets")
        }
        var faults: [RuleFault] = []
        var sets: [String: RuleSet] = [:]
        var named: Set<String> = []
        for (name, value) in members {
            let socket = name.string
            named.insert(socket)
            if !sockets.contains(where: { Text($0) == name }) {
                faults.append(Self.fault(socket, "this frame has no such socket"))
                continue
            }
            let (set, found) = Self.set(value, of: socket)
            faults += found
            sets[socket] = set
        }
        for socket in sockets where socket != "control" && !named.contains(socket) {
            faults.append(Self.fault(socket, "every stamp socket must have a rule set, such as \"contained\""))
        }
        let limits = Self.limits(of: sets, &faults)
        guard faults.isEmpty else {
            throw RuleFaults(faults: Array(faults.prefix(RuleLimits.maximumFaultCount)))
        }
        self.sets = sets
        self.limits = limits
    }

    /// Reads a single set: a JSON object, or a built-in set's name as a JSON text; nil for `open`.
    ///
    /// - Throws: Every fault found, at most `RuleLimits.maximumFaultCount`.
    package static func readSet(_ bytes: Span<UInt8>, socket: String) throws(RuleFaults) -> RuleSet? {
        var (set, faults) = set(try value(bytes), of: socket)
        if let set { _ = limits(of: [socket: set], &faults) }
        guard faults.isEmpty else { throw RuleFaults(faults: faults) }
        return set
    }

    private static func value(_ bytes: Span<UInt8>) throws(RuleFaults) -> Value {
        do throws(JSONError) { return try Value(reading: bytes) } catch { throw fault("", error.message) as RuleFaults }
    }

    private static func set(_ value: Value, of socket: String) -> (RuleSet?, [RuleFault]) {
        if let name = value.text {
            guard let builtIn = BuiltInSet(rawValue: name.string) else {
                let names = BuiltInSet.allCases.map(\.rawValue).joined(separator: ", ")
                return (nil, [fault(socket, "no built-in set; there are \(names)")])
            }
            return (builtIn.read(), [])
        }
        var reader = SetReader(socket: socket)
        let (mode, rules) = reader.readSet(value)
        guard reader.faults.isEmpty else { return (nil, reader.faults) }
        return (RuleSet(rules, mode: mode, source: .text(value.range)), [])
    }

    /// Collects the limits of all sets. Limits with the same name must have the same definition.
    private static func limits(of sets: [String: RuleSet], _ faults: inout [RuleFault]) -> [Limit] {
        var limits: [Text: Limit] = [:]
        for (socket, set) in sets.sorted(by: { $0.key < $1.key }) {
            for (index, rule) in set.rules.enumerated() {
                for limit in rule.limits {
                    guard let other = limits[limit.nameText] else {
                        limits[limit.nameText] = limit
                        continue
                    }
                    if other == limit { continue }
                    faults.append(
                        RuleFault(
                            socket: socket,
                            rule: set.ids[index],
                            member: "rules[\(index)].limit",
                            message: "another limit named \(limit.name) is defined otherwise"
                        )
                    )
                }
            }
        }
        if limits.count > RuleLimits.maximumLimitCount {
            faults.append(fault("", "more than \(RuleLimits.maximumLimitCount) limits in one frame"))
        }
        return limits.values.sorted { $0.name < $1.name }
    }

    private static func fault(_ socket: String, _ message: String) -> RuleFault {
        RuleFault(socket: socket, rule: nil, member: "", message: message)
    }

    private static func fault(_ socket: String, _ message: String) -> RuleFaults {
        RuleFaults(faults: [fault(socket, message)])
    }
}
