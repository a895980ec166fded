// SPDX-License-Identifier: Apache-2.0
import Passkeys
import Rules

/// A caller, a rule set and a payload, with `---` between them on lines of their own.
///
/// The caller is `NAME=VALUE` on lines: uid, gid, unit, session, origin, organization, delegate, path, now (milliseconds),
/// and the public keys key, pending and embedded (hex). What is missing cannot be told, but for delegate and path: without
/// them the call is direct, and empty they cannot be told. In place of a set that is refused stands `contained`.
struct DecisionCase {
    /// The text of `set`, if that was not refused.
    let setText: [UInt8]
    let set: RuleSet
    let members: CallerMembers
    let caller: Caller
    let clock: Clock
    let payload: [UInt8]

    /// The last instant that is tried, and the first before 1970: some 31,700 years from then.
    private static let end: Int64 = 1_000_000_000_000_000
    private static let contained = readSet(Array("\"contained\"".utf8)[...])

    init(_ bytes: [UInt8]) throws(BrokenClaim) {
        var rest = bytes[...]
        members = CallerMembers(Self.takePart(&rest))
        let setText = Self.takePart(&rest)
        guard let set = Self.readSet(setText) ?? Self.contained else {
            throw BrokenClaim(claim: "the built-in set is read")
        }
        (self.setText, self.set) = (Array(setText), set)
        payload = Array(rest)
        caller = Caller(members)
        let now = min(max(members["now"].flatMap { Int64($0) } ?? 1_796_032_800_000, -Self.end), Self.end)
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

/// The lines of a case's caller, by their names.
struct CallerMembers {
    private let values: [String: String]

    init(_ text: ArraySlice<UInt8>) {
        let pairs = String(decoding: text, as: UTF8.self).split(separator: "\n").compactMap { line in
            let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            return parts.count == 2 ? (parts[0], parts[1]) : nil
        }
        values = Dictionary(pairs, uniquingKeysWith: { first, _ in first })
    }

    subscript(name: String) -> String? { values[name] }

    /// The bytes of a public key; nil where it is missing, no hex, or not as long as a key may be.
    func key(_ name: String) -> [UInt8]? {
        guard let key = values[name].flatMap({ Hexadecimal.decode($0) }), (1...65).contains(key.count) else {
            return nil
        }
        return Array(key)
    }
}

extension Caller {
    fileprivate init(_ members: CallerMembers) {
        func key(_ name: String) -> KeyBytes? { members.key(name).flatMap { KeyBytes($0.span) } }
        func told(_ name: String) -> ProxyStatement { members[name].map { $0.isEmpty ? .untold : .text($0) } ?? .none }
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
