// SPDX-License-Identifier: Apache-2.0

/// A rule set that was read: it cannot be wrong, and does not change.
///
/// A class, because a value of so many arrays would count references for each when it is handed on, which costs more
/// than the decision.
package final class RuleSet: Sendable {
    package enum Source: Hashable, Sendable {
        /// Where it stands in the configuration's member `rules`.
        case text(Range<Int>)
        case builtIn(BuiltInSet)
    }

    package let mode: Mode
    package let source: Source
    let rules: [Rule]
    let ids: [String]
    /// Of each rule, in its order.
    let limits: [[CountedLimit]]

    /// Each once, however many rules have it.
    let conditions: [PlacedCondition]
    /// Of each of them, what it was read from.
    let definitions: [Condition]
    let texts: ConditionTexts
    /// Which of them each rule has: those of one rule together, in its order.
    let conditionNumbers: [Int]
    let checks: [Checks]
    let tree: PlaceTree
    let parametersPlace: Int
    let paginationPlace: Int

    let deny: RuleMask
    let queries: RuleMask
    let activities: RuleMask
    /// Rules with `only`, or with `members`.
    let listing: RuleMask

    let types: TextIndex
    let kinds: KindIndex
    let paths: TextIndex
    let uids: NumberIndex
    let gids: NumberIndex
    let units: TextIndex
    let sessions: TextIndex
    let origins: TextIndex
    let delegates: TextIndex

    /// What of a rule is looked at for each payload, without a reference: to copy a whole `Rule` counts a dozen.
    struct Checks: Sendable {
        let conditions: Range<Int>
        let asksOrganization: Bool
        let fresh: Rule.Freshness?
        let hours: Rule.Hours?
    }

    /// What of a condition is looked at for each payload, without a reference.
    struct PlacedCondition: Sendable {
        let place: Int
        /// The texts that it takes; empty where its test is another.
        let choice: ConditionTexts.Choice
        let isCaseless: Bool

        func takes(_ text: ConditionTexts.Number, from texts: borrowing ConditionTexts) -> Bool {
            texts.contains(isCaseless ? text.caseless : text.exact, in: choice)
        }
    }

    init(_ rules: [Rule], mode: Mode, source: Source) {
        self.rules = rules
        self.mode = mode
        self.source = source
        ids = rules.map(\.id.string)
        limits = rules.map { $0.limits.map(CountedLimit.init) }

        var tree = GrowingPlaceTree()
        parametersPlace = tree.insert([.name("parameters")])
        paginationPlace = tree.insert([.name("paginationOptions")])
        var (conditions, definitions) = ([PlacedCondition](), [Condition]())
        var (texts, choices) = (ConditionTexts(), [TextTable: ConditionTexts.Choice]())
        var numbers: [Condition: Int] = [:]
        var conditionNumbers: [Int] = []
        var checks: [Checks] = []
        var (deny, queries, activities, listing) = (RuleMask.none, RuleMask.none, RuleMask.none, RuleMask.none)
        var (types, kinds, paths) = (TextIndex(), KindIndex(), TextIndex())
        var (uids, gids) = (NumberIndex(), NumberIndex())
        var (units, sessions, origins, delegates) = (TextIndex(), TextIndex(), TextIndex(), TextIndex())
        for (index, rule) in rules.enumerated() {
            if rule.effect == .deny { deny.insert(index) }
            if rule.isQuery { queries.insert(index) } else { activities.insert(index) }
            if rule.only != nil || rule.members != nil { listing.insert(index) }
            types.add(rule.types, of: index)
            kinds.add(rule.kinds, of: index)
            paths.add(rule.paths, of: index)
            uids.add(rule.who.uids, of: index)
            gids.add(rule.who.gids, of: index)
            units.add(rule.who.units, of: index)
            sessions.add(rule.who.sessions, of: index)
            origins.add(rule.who.origins?.map { Text($0.rawValue) }, of: index)
            delegates.add(rule.who.delegates, of: index)
            let firstCondition = conditionNumbers.count
            for condition in rule.conditions {
                let place = tree.insert(condition.at.parts)
                tree.look(at: place)
                if rule.only != nil, condition.at.parts.count > 1, condition.at.parts[0] == .name("parameters") {
                    tree.list(place, isOpen: false, of: index)
                }
                let number = numbers[condition, default: conditions.count]
                if number == conditions.count {
                    numbers[condition] = number
                    definitions.append(condition)
                    conditions.append(
                        PlacedCondition(
                            place: place,
                            choice: condition.texts.map { texts.add($0, &choices) } ?? 0..<0,
                            isCaseless: condition.isCaseless
                        )
                    )
                }
                conditionNumbers.append(number)
            }
            checks.append(
                Checks(
                    conditions: firstCondition..<conditionNumbers.count,
                    asksOrganization: rule.organization != .any,
                    fresh: rule.fresh,
                    hours: rule.hours
                )
            )
            for listed in rule.only ?? [] {
                let place = tree.insert(listed.parts, from: parametersPlace)
                tree.list(place, isOpen: listed.isOpen, of: index)
            }
            for name in rule.members ?? [] {
                tree.list(tree.insert([.name(name)]), isOpen: false, of: index)
            }
        }
        self.tree = PlaceTree(tree)
        (self.conditions, self.definitions, self.texts) = (conditions, definitions, texts)
        self.conditionNumbers = conditionNumbers
        self.checks = checks
        (self.deny, self.queries, self.activities, self.listing) = (deny, queries, activities, listing)
        (self.types, self.kinds, self.paths) = (types, kinds, paths)
        (self.uids, self.gids) = (uids, gids)
        (self.units, self.sessions, self.origins, self.delegates) = (units, sessions, origins, delegates)
    }

    package var ruleCount: Int { rules.count }

    /// Whether some rule asks for the caller's groups, which are many to keep.
    package var asksGroups: Bool { !gids.asking.isEmpty }
    /// Whether some rule names the group.
    package func names(group gid: UInt32) -> Bool { !gids.listing(gid).isEmpty }
    /// Whether some rule asks for the caller's unit, which costs a look into /proc.
    package var asksUnits: Bool { !units.asking.isEmpty }

    /// The number of the first condition `evm` of the rule.
    func evmCondition(of rule: Int) -> Int? {
        conditionNumbers[checks[rule].conditions].first { definitions[$0].evm != nil }
    }

    /// The rules that are about this caller, and where that cannot be told, those that deny.
    func about(_ caller: borrowing Caller) -> RuleMask {
        var mask = ~RuleMask.none
        mask = mask & uids.matching(caller.account, orIfUntold: deny)
        if !gids.asking.isEmpty {
            var listed = caller.gids == nil ? deny : RuleMask.none
            for gid in caller.gids ?? [] { listed = listed | gids.listing(gid) }
            mask = mask & (~gids.asking | listed)
        }
        if !units.asking.isEmpty {
            var listed = caller.units == nil ? deny : RuleMask.none
            for unit in caller.units ?? [] { listed = listed | units.listing(unit.utf8.span) }
            mask = mask & (~units.asking | listed)
        }
        mask = mask & sessions.matching(caller.session?.name, orIfUntold: deny)
        mask = mask & origins.matching(caller.session?.origin.rawValue, orIfUntold: deny)
        mask = mask & delegates.matching(caller.delegate, orIfUntold: deny)
        return mask & paths.matching(caller.path, orIfUntold: deny)
    }
}

extension NumberIndex {
    fileprivate func matching(_ number: UInt32?, orIfUntold untold: RuleMask) -> RuleMask {
        if asking.isEmpty { return ~.none }
        guard let number else { return ~asking | untold }
        return ~asking | listing(number)
    }
}

extension TextIndex {
    fileprivate func matching(_ text: String?, orIfUntold untold: RuleMask) -> RuleMask {
        if asking.isEmpty { return ~.none }
        guard let text else { return ~asking | untold }
        return ~asking | listing(text.utf8.span)
    }

    fileprivate func matching(_ told: Caller.Told, orIfUntold untold: RuleMask) -> RuleMask {
        if asking.isEmpty { return ~.none }
        switch told {
        case .none: return ~asking
        case .untold: return ~asking | untold
        case .text(let text): return ~asking | listing(text.utf8.span)
        }
    }
}
