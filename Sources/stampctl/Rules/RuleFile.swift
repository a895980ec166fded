// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation
import Rules

/// The rule sets of a file: those of a frame's configuration, or a single set.
struct RuleFile {
    struct Entry {
        /// The socket's name; empty for a single set.
        let socket: String
        /// The set; nil if the socket is open.
        let set: RuleSet?
        /// The hash as GetRules reports it; nil if the socket is open.
        let sha256: String?
        let warnings: [RuleWarning]
    }

    /// The largest configuration, as for `stampd`.
    static let maximumByteCount = 262_144

    /// The sets in the file's order; none if the configuration has no rules, so that every socket is open.
    let entries: [Entry]

    /// Reads a file.
    ///
    /// - Throws: `RuleFaults` with every fault.
    init(reading file: Data) throws(RuleFaults) {
        let bytes = Array(file)
        guard bytes.count <= Self.maximumByteCount else {
            throw Self.fault("the file is larger than \(Self.maximumByteCount) bytes")
        }
        let value: Value
        do throws(RuleFault) { value = try Value.read(bytes.span) } catch { throw RuleFaults(faults: [error]) }
        guard let members = value.members else {
            guard value.text != nil else {
                throw Self.fault("neither a frame's configuration nor a rule set: it is no object")
            }
            entries = [try Self.readAlone(bytes)]
            return
        }
        let rules = members.first { $0.name == "rules" }?.value
        if members.contains(where: { ["version", "mode", "lists"].contains($0.name) }) || rules?.array != nil {
            entries = [try Self.readAlone(bytes)]
        } else if let rules {
            entries = try Self.read(Array(bytes[rules.jsonRange]), rules, ControlUsers(configuration: members))
        } else {
            entries = []
        }
    }

    /// Returns the set of a socket; the only one if the file has a single set.
    ///
    /// - Throws: `UnknownSocket` if the file has none for it.
    func set(of socket: String) throws(UnknownSocket) -> RuleSet? {
        if entries.count == 1, entries[0].socket.isEmpty { return entries[0].set }
        guard let entry = entries.first(where: { $0.socket == socket }) else {
            // Without rules, and at the control socket, a missing set means that the socket is open.
            guard entries.isEmpty || socket == "control" else { throw UnknownSocket(socket: socket) }
            return nil
        }
        return entry.set
    }

    struct UnknownSocket: Error {
        let socket: String
    }

    private static func readAlone(_ bytes: [UInt8]) throws(RuleFaults) -> Entry {
        let set = try RuleSets.readSet(bytes.span, socket: "")
        return Entry(
            socket: "",
            set: set,
            sha256: set.map { hash($0, bytes) },
            warnings: set?.warnings(controlServesOnlyCaller: false) ?? []
        )
    }

    private static func read(
        _ bytes: [UInt8],
        _ rules: Value,
        _ users: ControlUsers
    ) throws(RuleFaults) -> [Entry] {
        let names = rules.members?.map(\.name) ?? []
        // The frame's units say which further sockets it has; here they are those that have a set.
        let sockets = ["stamp", "control"] + names.filter(isFurtherSocket)
        let read = try RuleSets(reading: bytes.span, sockets: sockets)
        return names.map { name in
            let set = read.sets[name]
            return Entry(
                socket: name,
                set: set,
                sha256: set.map { hash($0, bytes) },
                warnings: set?.warnings(controlServesOnlyCaller: users.areOnlyCallers(of: name)) ?? []
            )
        }
    }

    /// Whether the name is `stamp-NAME`, with 1 to 64 of a-z 0-9 . _ -.
    static func isFurtherSocket(_ name: String) -> Bool {
        name.wholeMatch(of: /stamp-[a-z0-9._-]{1,64}/) != nil
    }

    /// Hashes the set's text as it stands, or a built-in set's name.
    private static func hash(_ set: RuleSet, _ bytes: [UInt8]) -> String {
        let text =
            switch set.source {
            case .text(let range): bytes[range]
            case .builtIn(let name): Array(name.rawValue.utf8)[...]
            }
        return SHA256.hash(data: Data(text)).map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }.joined()
    }

    private static func fault(_ message: String) -> RuleFaults {
        RuleFaults(faults: [RuleFault(socket: "", rule: nil, member: "", message: message)])
    }
}

/// The users whom the configuration's `authorization` lets use each socket, by their ids.
private struct ControlUsers {
    private var uids: [String: Set<Int64>] = [:]

    init(configuration: [(name: String, value: Value)]) {
        let sockets = configuration.first { $0.name == "authorization" }?.value.members ?? []
        for (socket, rule) in sockets {
            guard let list = rule.members?.first(where: { $0.name == "uids" })?.value.array else { continue }
            uids[socket] = Set(list.compactMap(\.int))
        }
    }

    /// Whether the control socket serves, besides root, only the one user whom `socket` serves. False if the
    /// configuration alone does not tell.
    func areOnlyCallers(of socket: String) -> Bool {
        guard let callers = uids[socket], callers.count == 1, let own = uids["control"] else { return false }
        return own.subtracting([0]).isSubset(of: callers)
    }
}

extension Value {
    /// The range with a text's quotation marks.
    var jsonRange: Range<Int> { text == nil ? range : range.lowerBound - 1..<range.upperBound + 1 }
}
