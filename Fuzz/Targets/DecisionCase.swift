// SPDX-License-Identifier: Apache-2.0
import Rules
import Varlink

/// A caller, a rule set and a payload, with `---` between them on lines of their own.
///
/// The caller is `NAME=VALUE` on lines: uid, gid, unit, session, origin, organization, delegate, path, now (milliseconds),
/// and the public keys key, pending and embedded (hex). What is missing cannot be told, but for delegate and path: without
/// them the call is direct, and empty they cannot be told. In place of a set that is refused stands `contained`.
struct DecisionCase {
    let set: RuleSet
    let caller: Caller
    let clock: Clock
    let payload: [UInt8]

    private static let contained = readSet(Array("\"contained\"".utf8)[...])

    init(_ bytes: [UInt8]) throws(BrokenClaim) {
        var rest = bytes[...]
        let lines = String(decoding: Self.takePart(&rest), as: UTF8.self).split(separator: "\n")
        guard let set = Self.readSet(Self.takePart(&rest)) ?? Self.contained else {
            throw BrokenClaim(claim: "the built-in set is read")
        }
        self.set = set
        payload = Array(rest)
        let pairs = lines.compactMap { line in
            line.firstIndex(of: "=").map { (String(line[..<$0]), String(line[line.index(after: $0)...])) }
        }
        let members = Dictionary(pairs, uniquingKeysWith: { first, _ in first })
        caller = Caller(members: members)
        let now = members["now"].flatMap { Int64($0) } ?? 1_796_032_800_000
        clock = Clock(wallMilliseconds: now, bootNanoseconds: 1_000_000_000_000_000)
    }

    func decide(_ payload: [UInt8], _ counters: Counters, _ workspace: inout Workspace) -> Decision {
        set.decide(payload.span, for: caller, at: clock, with: counters, using: &workspace)
    }

    /// What stands before the next line `---`, or all.
    private static func takePart(_ rest: inout ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let mark = Array("---\n".utf8)
        var start = rest.startIndex
        while let found = rest[start...].firstIndex(of: mark[0]) {
            if rest[found...].starts(with: mark) {
                let part = rest[..<found]
                rest = rest[(found + mark.count)...]
                return part
            }
            start = found + 1
        }
        let part = rest
        rest = []
        return part
    }

    private static func readSet(_ bytes: ArraySlice<UInt8>) -> RuleSet? {
        do throws(RuleFaults) { return try RuleSets.readSet(Array(bytes).span, socket: "stamp") } catch { return nil }
    }
}

extension Caller {
    fileprivate init(members: [String: String]) {
        func told(_ name: String) -> ProxyStatement { members[name].map { $0.isEmpty ? .untold : .text($0) } ?? .none }
        func key(_ name: String) -> KeyBytes? {
            let digits = Array((members[name] ?? "").utf8)
            guard let hex = HexBytes(digits.span) else { return nil }
            var bytes: [UInt8] = []
            for index in 0..<hex.count { bytes.append(hex[index]) }
            return KeyBytes(bytes.span)
        }
        self.init(
            account: members["uid"].flatMap { UInt32($0) },
            gids: members["gid"]?.split(separator: " ").compactMap { UInt32($0) },
            units: members["unit"].flatMap { UnitName.names(of: $0) },
            session: members["session"].map { name in
                Session(
                    name: Text(name),
                    origin: members["origin"].flatMap { Origin(rawValue: $0) } ?? .generated,
                    publicKey: key("key"),
                    organizationId: members["organization"].map { Text($0) }
                )
            },
            delegate: told("delegate"),
            path: told("path"),
            pendingKey: key("pending"),
            embeddedKey: key("embedded")
        )
    }
}
