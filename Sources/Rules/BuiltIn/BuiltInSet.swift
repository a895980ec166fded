// SPDX-License-Identifier: Apache-2.0
internal import Varlink

/// A rule set that a configuration calls by its name.
package enum BuiltInSet: String, Hashable, Sendable, CaseIterable {
    /// Asked nothing: a socket without rules.
    case open
    /// What the API's queries ask, and nothing that changes anything.
    case queries
    /// And what makes no authority at the API that outlives the session.
    case contained
    /// And what makes and ends sessions of this frame's own keys.
    case sessions

    /// The set's text, as a user would write it; nil for `open`. Its rules about activities also want the session's own
    /// organization, where the session has one, which no other set can say.
    package var text: String? {
        let rules: [String]
        switch self {
        case .open: return nil
        case .queries: rules = [BuiltInRules.queries]
        case .contained: rules = [BuiltInRules.queries, BuiltInRules.contained]
        case .sessions: rules = [BuiltInRules.queries, BuiltInRules.contained, BuiltInRules.sessions]
        }
        return "{\"version\": 1, \"rules\": [\n\(rules.joined(separator: ",\n"))]}\n"
    }

    /// Nil for `open`.
    func read() -> RuleSet? {
        guard let text, let value = try? Value(reading: text.utf8.span) else { return nil }
        var reader = SetReader(socket: "")
        var rules = reader.readSet(value).rules
        for index in rules.indices where !rules[index].isQuery { rules[index].organization = .session }
        return RuleSet(rules, mode: .enforce, source: .builtIn(self))
    }
}
