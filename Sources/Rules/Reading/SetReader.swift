// SPDX-License-Identifier: Apache-2.0

/// Reads one rule set and collects all its faults.
struct SetReader {
    let socket: String
    private(set) var faults: [RuleFault] = []
    /// The id of the rule being read.
    var rule: String?

    var lists: [Text: [Text]] = [:]
    var usedLists: Set<Text> = []
    /// The tables of named lists, each built once however many conditions use it.
    var textTables: [Text: TextTable] = [:]
    var caselessTables: [Text: TextTable] = [:]
    var addressTables: [Text: AddressTable] = [:]

    init(socket: String) { self.socket = socket }

    mutating func fault(_ member: String, _ message: String) {
        guard faults.count < RuleLimits.maximumFaultCount else { return }
        faults.append(RuleFault(socket: socket, rule: rule, member: member, message: message))
    }

    /// Reads the set's mode and rules. The result is valid only if there are no faults.
    mutating func readSet(_ value: Value) -> (mode: Mode, rules: [Rule]) {
        guard let set = object(value, at: "", of: MemberTable.set) else { return (.enforce, []) }
        if let version = required(set, "version", at: ""), version.int != 1 { fault("version", "1 is the only one") }
        var mode = Mode.enforce
        if let value = set["mode"] {
            if let text = value.text, let read = Mode(rawValue: text.string) {
                mode = read
            } else {
                fault("mode", "enforce or observe")
            }
        }
        if let value = set["lists"] { readLists(value) }
        var rules: [Rule] = []
        if let value = required(set, "rules", at: ""),
            let elements = list(value, at: "rules", maximumCount: RuleLimits.maximumRuleCount)
        {
            rules = readRules(elements)
        }
        for name in lists.keys.sorted(by: { $0.string < $1.string }) where !usedLists.contains(name) {
            fault("lists.\(name.string)", "no rule uses it")
        }
        return (mode, rules)
    }

    private mutating func readLists(_ value: Value) {
        guard case .object(let members) = value.content else { return fault("lists", "an object of lists") }
        for (name, value) in members {
            let member = "lists.\(name.string)"
            if !Self.isName(name) { fault(member, "a list's name is 1 to 48 of a-z 0-9 -") }
            // Kept even if its texts are wrong, so that its uses are not reported as well.
            lists[name] = texts(value, at: member) ?? []
        }
    }

    private mutating func readRules(_ elements: [Value]) -> [Rule] {
        var rules: [Rule] = []
        var ids: Set<Text> = []
        var earlier: Set<Rule> = []
        for (index, value) in elements.enumerated() {
            let member = "rules[\(index)]"
            rule = nil
            guard let read = readRule(value, at: member) else { continue }
            if !ids.insert(read.id).inserted { fault("\(member).id", "another rule of this set has it") }
            var nameless = read
            nameless.id = ""
            if !earlier.insert(nameless).inserted {
                fault("\(member).id", "an earlier rule is the same but for its id")
            }
            rules.append(read)
        }
        rule = nil
        return rules
    }

    /// Whether the text is 1 to 48 characters of `a-z 0-9 -`.
    static func isName(_ text: Text) -> Bool {
        (1...RuleLimits.maximumNameByteCount).contains(text.bytes.count)
            && text.bytes.allSatisfy {
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) || $0.isASCIIDigit || $0 == UInt8(ascii: "-")
            }
    }
}

/// Whether a set's refusals are enforced, or only reported.
package enum Mode: String, Sendable {
    case enforce, observe
}
