// SPDX-License-Identifier: Apache-2.0

/// A rule set that was read: always valid, and immutable.
///
/// A class, because a value of so many arrays would count a reference for each array when it is passed on, which costs
/// more than the decision.
package final class RuleSet: Sendable {
    /// Where the set comes from.
    package enum Source: Hashable, Sendable {
        /// The range of the set's text in the configuration's member `rules`.
        case text(Range<Int>)
        case builtIn(BuiltInSet)
    }

    /// The set's mode.
    package let mode: Mode
    /// Where the set comes from.
    package let source: Source
    let rules: [Rule]
    let ids: [String]
    /// Each rule's limits.
    let limits: [[CountedLimit]]

    /// The conditions, each once however many rules have it.
    let conditions: [PlacedCondition]
    /// The definition of each condition.
    let definitions: [Condition]
    let texts: ConditionTexts
    /// The indexes of each rule's conditions in the rule's order, one rule after the other.
    let conditionNumbers: [Int]
    let checks: [Checks]
    let gates: [TextGate]
    let tree: PlaceTree

    let deny: RuleMask
    let queries: RuleMask
    let activities: RuleMask
    /// The rules with `only` or `members`.
    let listing: RuleMask
    /// Whether a rule needs a key of the caller's session or of the frame, which takes many bytes to copy.
    package let asksKeys: Bool

    let types: TextIndex
    let kinds: KindIndex
    let paths: TextIndex
    let uids: NumberIndex
    let gids: NumberIndex
    let units: TextIndex
    let sessions: TextIndex
    let origins: TextIndex
    let delegates: TextIndex

    /// The part of a rule that every payload needs. It holds no references; copying a whole `Rule` counts a dozen.
    struct Checks: Sendable {
        let conditions: Range<Int>
        let asksOrganization: Bool
        let fresh: Rule.Freshness?
        let hours: Rule.Hours?
    }

    /// The part of a condition that every payload needs. It holds no references.
    struct PlacedCondition: Sendable {
        let place: Int
        /// The texts that the condition accepts; empty if its test is another.
        let choice: ConditionTexts.Choice
        let isCaseless: Bool

        /// Whether `TextGate` indexes the condition by its texts: only if they are few, so that gates take little
        /// memory.
        var isGate: Bool { !choice.isEmpty && choice.count <= 16 }

        func takes(_ text: ConditionTexts.Number, from texts: ConditionTexts) -> Bool {
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
        let paginationPlace = tree.insert([.name("paginationOptions")])
        var (conditions, definitions) = ([PlacedCondition](), [Condition]())
        var texts = GrowingConditionTexts()
        var numbers: [Condition: Int] = [:]
        var conditionNumbers: [Int] = []
        var checks: [Checks] = []
        var gates: [Int: TextGate] = [:]
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
                            choice: condition.texts.map { texts.add($0) } ?? 0..<0,
                            isCaseless: condition.isCaseless
                        )
                    )
                }
                conditionNumbers.append(number)
            }
            if let number = conditionNumbers[firstCondition...].first(where: { conditions[$0].isGate }) {
                let condition = conditions[number]
                gates[condition.place, default: TextGate(place: condition.place)].add(condition, texts, of: index)
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
                let place = tree.insert(listed.parts, from: PlaceTree.Outermost.parameters.rawValue)
                tree.list(place, isOpen: listed.isOpen, of: index)
            }
            for name in rule.members ?? [] {
                tree.list(tree.insert([.name(name)]), isOpen: false, of: index)
            }
        }
        self.tree = PlaceTree(tree, paginationPlace: paginationPlace)
        (self.conditions, self.definitions, self.texts) = (conditions, definitions, ConditionTexts(texts))
        asksKeys = definitions.contains(where: \.asksKey)
        self.conditionNumbers = conditionNumbers
        self.checks = checks
        self.gates = gates.values.sorted { $0.place < $1.place }
        (self.deny, self.queries, self.activities, self.listing) = (deny, queries, activities, listing)
        (self.types, self.kinds, self.paths) = (types, kinds, paths)
        (self.uids, self.gids) = (uids, gids)
        (self.units, self.sessions, self.origins, self.delegates) = (units, sessions, origins, delegates)
    }

    /// How many rules there are.
    package var ruleCount: Int { rules.count }
    /// Whether the rule is a deny rule.
    package func denies(_ rule: Int) -> Bool { deny.contains(rule) }

    /// Whether a rule needs the caller's groups, which take memory to keep.
    package var asksGroups: Bool { !gids.asking.isEmpty }
    /// Whether a rule names the group.
    package func names(group gid: UInt32) -> Bool { !gids.listing(gid).isEmpty }
    /// Whether a rule needs the caller's unit, which takes a look into /proc.
    package var asksUnits: Bool { !units.asking.isEmpty }

    /// Returns the index of the rule's first condition `evm`.
    func evmCondition(of rule: Int) -> Int? {
        conditionNumbers[checks[rule].conditions].first { definitions[$0].evm != nil }
    }

    /// Returns the rules that are about this caller. Where the caller is partly unknown, deny rules are included.
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
        mask = mask & sessions.matching(caller.session?.name.bytes, orIfUntold: deny)
        mask = mask & origins.matching(caller.session.map { Array($0.origin.rawValue.utf8) }, orIfUntold: deny)
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
    fileprivate func matching(_ text: @autoclosure () -> [UInt8]?, orIfUntold untold: RuleMask) -> RuleMask {
        if asking.isEmpty { return ~.none }
        guard let text = text() else { return ~asking | untold }
        return ~asking | listing(text.span)
    }

    fileprivate func matching(_ told: Caller.ProxyStatement, orIfUntold untold: RuleMask) -> RuleMask {
        if asking.isEmpty { return ~.none }
        switch told {
        case .none: return ~asking
        case .untold: return ~asking | untold
        case .text(let text): return ~asking | listing(text.utf8.span)
        }
    }
}
