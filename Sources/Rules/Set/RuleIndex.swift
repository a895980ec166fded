// SPDX-License-Identifier: Apache-2.0

/// Finds the rules that are about a caller's text (its session, unit, delegate) or a payload's, without asking each
/// rule.
struct TextIndex: Sendable {
    private var table = TextTable()
    private var masks: [RuleMask] = []
    /// The rules that check the text.
    private(set) var asking = RuleMask.none

    mutating func add(_ texts: [Text]?, of rule: Int) {
        guard let texts else { return }
        asking.insert(rule)
        for text in texts {
            let number = table.insert(text.bytes.span)
            if number == masks.count { masks.append(.none) }
            masks[number].insert(rule)
        }
    }

    /// The rules that list the text.
    func listing(_ text: Span<UInt8>) -> RuleMask {
        guard let number = table.number(of: text) else { return .none }
        return masks[number]
    }
}

/// Finds the rules that are about a user or group by its number, as `TextIndex` does for text.
struct NumberIndex: Sendable {
    private var masks: [UInt32: RuleMask] = [:]
    private(set) var asking = RuleMask.none

    mutating func add(_ numbers: [UInt32]?, of rule: Int) {
        guard let numbers else { return }
        asking.insert(rule)
        for number in numbers { masks[number, default: .none].insert(rule) }
    }

    func listing(_ number: UInt32) -> RuleMask { masks[number] ?? .none }
}

/// Finds the rules that name a kind, whole or by its beginning up to a `*`.
struct KindIndex: Sendable {
    private var exact = TextIndex()
    private var prefixes: [(text: [UInt8], rule: Int)] = []
    private(set) var asking = RuleMask.none

    mutating func add(_ kinds: [Rule.Kind]?, of rule: Int) {
        guard let kinds else { return }
        asking.insert(rule)
        exact.add(kinds.filter { !$0.isPrefix }.map(\.text), of: rule)
        for kind in kinds where kind.isPrefix { prefixes.append((kind.text.bytes, rule)) }
    }

    func listing(_ kind: Span<UInt8>) -> RuleMask {
        var mask = exact.listing(kind)
        for prefix in prefixes where kind.hasPrefix(prefix.text) { mask.insert(prefix.rule) }
        return mask
    }
}
