// SPDX-License-Identifier: Apache-2.0
internal import Varlink

/// The rule sets that a configuration can use by name.
package enum BuiltInSet: String, Hashable, Sendable, CaseIterable {
    /// No rules: every payload is stamped.
    case open
    /// The queries of the API, and nothing that changes anything there.
    case queries
    /// `queries`, and activities that create no authority at the API that outlives the session.
    case contained
    /// `contained`, and activities that create and end sessions with this frame's own keys.
    case sessions

    /// The set's text, as a user would write it; nil for `open`. Its rules about activities also require the session's
    /// own organization, if the session has one, which no other set can express.
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

    /// Reads the set; nil for `open`.
    func read() -> RuleSet? {
        guard let text, let value = try? Value(reading: text.utf8.span) else { return nil }
        var reader = SetReader(socket: "")
        var rules = reader.readSet(value).rules
        for index in rules.indices where !rules[index].isQuery { rules[index].organization = .session }
        return RuleSet(rules, mode: .enforce, source: .builtIn(self))
    }
}
