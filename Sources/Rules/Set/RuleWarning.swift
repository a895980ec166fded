// SPDX-License-Identifier: Apache-2.0

/// A rule set's valid but probably unintended properties.
package enum RuleWarning: Hashable, Sendable {
    /// An earlier rule matches everything that this rule matches, so this one is never asked.
    case hidden(rule: String, by: String)
    /// Only root could confirm: the control socket serves root and the caller, and the caller may not answer.
    case nobodyConfirms(rule: String)
    /// A raw signature can sign a transaction of any amount, and so exceed the limit.
    case rawSignature(rule: String, limit: String)

    /// The warning in words.
    package var message: String {
        switch self {
        case .hidden(let rule, let other):
            "rule \(rule) never decides: \(other) before it matches whatever it does"
        case .nobodyConfirms(let rule):
            "rule \(rule) wants a yes that only root can give: add \"sameAccount\": true, or let another account use the"
                + " control socket"
        case .rawSignature(let rule, let limit):
            "rule \(rule) allows raw signatures, which no limit of amounts sees: \(limit) can be passed by"
        }
    }
}

extension RuleSet {
    /// Returns the set's warnings. `controlServesOnlyCaller` says whether the control socket serves only root and the
    /// callers of this set's socket.
    package func warnings(controlServesOnlyCaller: Bool) -> [RuleWarning] {
        var warnings: [RuleWarning] = []
        for (index, rule) in rules.enumerated() {
            if let other = rules[..<index].first(where: { $0.hides(rule) }) {
                warnings.append(.hidden(rule: ids[index], by: other.id.string))
            }
            if controlServesOnlyCaller, let confirmation = rule.confirmation, !confirmation.sameAccount {
                warnings.append(.nobodyConfirms(rule: ids[index]))
            }
        }
        let sums = rules.flatMap { rule in rule.limits.filter { $0.measure != .count }.map { (rule, $0) } }
        for (index, rule) in rules.enumerated() where rule.allowsRawSignature {
            if let (_, limit) = sums.first(where: { $0.0.who.mayMeet(rule.who) }) {
                warnings.append(.rawSignature(rule: ids[index], limit: limit.name))
            }
        }
        return warnings
    }
}

extension Rule {
    private static let rawSignatures: [Text] = ["SIGN_RAW_PAYLOAD", "SIGN_RAW_PAYLOADS"]

    fileprivate var allowsRawSignature: Bool {
        guard effect != .deny, !isQuery else { return false }
        let byKind = kinds.map { $0.contains { Self.rawSignatures.contains($0.text) } }
        let byType = types.map { $0.contains { Self.rawSignatures.contains($0.kind) } }
        return byKind ?? true && byType ?? true
    }

    /// Whether the rule matches everything that the later one matches; false where the rules alone do not tell.
    fileprivate func hides(_ later: Rule) -> Bool {
        // Every deny rule is asked, so a rule that allows does not hide a later one.
        if later.effect == .deny, effect != .deny { return false }
        guard isQuery == later.isQuery, who.covers(later.who), coversPayload(of: later) else { return false }
        if effect == .deny { return conditions.isEmpty && organization == .any && only == nil && members == nil }
        return organization.covers(later.organization)
            && conditions.allSatisfy(later.conditions.contains)
            && coversPlaces(of: later) && coversTimes(of: later)
    }

    private func coversPayload(of later: Rule) -> Bool {
        let coversKinds =
            kinds.map { kinds in
                func covers(_ kind: Text) -> Bool {
                    kinds.contains { $0.isPrefix ? kind.hasPrefix($0.text) : kind == $0.text }
                }
                if let types = later.types, types.allSatisfy({ covers($0.kind) }) { return true }
                return later.kinds?.allSatisfy { kinds.contains($0) || !$0.isPrefix && covers($0.text) } ?? false
            } ?? true
        return coversKinds && isCovered(types, later.types) && isCovered(paths, later.paths)
    }

    private func coversPlaces(of later: Rule) -> Bool {
        let places = Set(listed)
        return Set(later.listed).isSubset(of: places) && isCovered(members, later.members)
    }

    /// The places in `only`, and those that conditions look at.
    private var listed: [ListedPlace] {
        let looked = conditions.filter { $0.at.parts.first == .name("parameters") }
        return (only ?? []) + looked.map { ListedPlace(parts: Array($0.at.parts.dropFirst()), isOpen: false) }
    }

    private func coversTimes(of later: Rule) -> Bool {
        if let fresh, let other = later.fresh, fresh.past < other.past || fresh.future < other.future { return false }
        guard let hours else { return true }
        guard let other = later.hours else { return false }
        return hours.days & other.days == other.days && hours.from <= other.from && other.until <= hours.until
    }
}

extension Rule.Organization {
    fileprivate func covers(_ later: Self) -> Bool {
        switch (self, later) {
        case (.any, _): true
        case (.oneOf(let own), .oneOf(let others)): others.allSatisfy(own.contains)
        default: self == later
        }
    }
}

extension Rule.Who {
    fileprivate func covers(_ later: Self) -> Bool {
        isCovered(uids, later.uids) && isCovered(gids, later.gids) && isCovered(units, later.units)
            && isCovered(sessions, later.sessions) && isCovered(origins, later.origins)
            && isCovered(delegates, later.delegates)
    }

    /// Whether both can be about the same caller. (A caller can have several groups and units.)
    fileprivate func mayMeet(_ other: Self) -> Bool {
        haveCommon(uids, other.uids) && haveCommon(units, other.units)
            && haveCommon(sessions, other.sessions) && haveCommon(origins, other.origins)
            && haveCommon(delegates, other.delegates)
    }
}

/// Whether a list covers the later one. A list that is absent covers all.
private func isCovered<Element: Hashable>(_ list: [Element]?, _ later: [Element]?) -> Bool {
    guard let list else { return true }
    guard let later else { return false }
    return Set(later).isSubset(of: list)
}

private func haveCommon<Element: Hashable>(_ one: [Element]?, _ other: [Element]?) -> Bool {
    guard let one, let other else { return true }
    return !Set(one).isDisjoint(with: other)
}

extension Text {
    /// The kind of the type.
    fileprivate var kind: Text {
        guard hasPrefix(SetReader.typePrefix) else { return "" }
        let name = Array(bytes.dropFirst(SetReader.typePrefix.bytes.count))
        return Text(SetReader.kind(ofUnprefixed: name.span).array)
    }
}
