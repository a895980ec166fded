// SPDX-License-Identifier: Apache-2.0

extension RuleEvaluator {
    /// Checks that every limit of a rule that matched has room, and collects the charges. In a set that only observes,
    /// what room is left is charged even if it is too little.
    mutating func check(
        _ limits: [CountedLimit],
        of rule: Int,
        _ decision: inout Decision,
        _ counters: borrowing Counters
    ) {
        var newCounters = 0
        for limit in limits {
            guard let party = party(limit.limit.party, of: rule) else {
                refuse(limit, &decision, nil)
                continue
            }
            let amount = amount(limit.limit.measure, of: rule)
            switch counters.check(
                limit,
                of: party,
                amount: amount,
                at: clock.bootNanoseconds,
                newCounters: &newCounters
            ) {
            case .fits(let amount): charge(limit, party, amount, &decision)
            case .exceeds(let retry, let left):
                refuse(limit, &decision, retry)
                charge(limit, party, left, &decision)
            case .noCounter(let retry): refuse(limit, &decision, retry)
            }
        }
        if decision.reason != nil, decision.mode == .enforce { decision.charges = [] }
    }

    private func refuse(_ limit: CountedLimit, _ decision: inout Decision, _ retry: Int64?) {
        guard decision.reason == nil else { return }
        decision.reason = .limit(limit.limit.name)
        decision.retryAfterMilliseconds = retry
    }

    private func charge(_ limit: CountedLimit, _ party: Text, _ amount: UInt256, _ decision: inout Decision) {
        guard amount != .zero else { return }
        decision.charges.append(
            Charge(
                name: limit.limit.nameText,
                identity: limit.identity,
                window: limit.limit.window,
                party: party,
                amount: amount
            )
        )
    }

    /// The party whose counter is charged; nil if it is unknown.
    private func party(_ party: Limit.Party, of rule: Int) -> Text? {
        switch party {
        case .all: return ""
        case .session: return caller.session?.name
        case .account: return caller.account.map { Text(String($0)) }
        case .unit:
            let listed = set.rules[rule].who.units ?? []
            return listed.first { entry in
                (caller.units ?? []).contains { $0.utf8.span.equals(entry.bytes) }
            }
        case .delegate:
            switch caller.delegate {
            // All direct calls share one counter.
            case .none: return ""
            case .untold: return nil
            case .text(let name): return Text(name)
            }
        }
    }

    /// The amount that a limit counts. The rule's conditions hold, so the values are within their bounds.
    private mutating func amount(_ measure: Limit.Measure, of rule: Int) -> Natural {
        switch measure {
        case .count: Natural(1)
        case .number(let pointer): sum(at: pointer, of: rule)
        case .evmSpend: sumOfTransactions(of: rule) { transaction, _ in transaction.spend }
        case .evmValue: sumOfTransactions(of: rule) { transaction, _ in transaction.value }
        case .evmWord(let number):
            sumOfTransactions(of: rule) { transaction, bytes in
                (transaction.wordCount(in: bytes) ?? 0) >= number ? transaction.word(number - 1, in: bytes) : .zero
            }
        }
    }

    private mutating func sum(at pointer: Pointer, of rule: Int) -> Natural {
        let numbers = set.conditionNumbers[set.checks[rule].conditions]
        guard let number = numbers.first(where: { set.definitions[$0].at == pointer }) else { return .zero }
        var sum = Natural.zero
        forEachValue(at: set.conditions[number].place) { evaluator, node in
            sum = sum + (evaluator.payload.withNumber(node) { Natural(digits: $0) ?? .zero } ?? .zero)
        }
        return sum
    }

    private mutating func sumOfTransactions(
        of rule: Int,
        _ amount: (borrowing EVMTransaction, borrowing HexBytes) -> Natural
    ) -> Natural {
        guard let evm = set.evmCondition(of: rule) else { return .zero }
        var sum = Natural.zero
        forEachValue(at: set.conditions[evm].place) { evaluator, node in
            sum = sum + (evaluator.transactions.with(node, of: evaluator.payload, amount) ?? .zero)
        }
        return sum
    }

    mutating func forEachValue(at place: Int, _ body: (inout RuleEvaluator, Int) -> Void) {
        let visits = walk[place]
        guard visits.count > 0 else { return }
        body(&self, Int(visits.first))
        var link = visits.link
        while let node = walk.next(&link) { body(&self, node) }
    }
}
