// SPDX-License-Identifier: Apache-2.0
internal import Varlink

extension RuleSet {
    /// What the rules say of a payload, which is the very bytes that are hashed. Charges nothing.
    package func decide(
        _ payload: Span<UInt8>,
        for caller: Caller,
        at clock: Clock,
        with counters: borrowing Counters,
        using workspace: inout Workspace
    ) -> Decision {
        var decision = Decision(mode: mode)
        withJudge(payload, caller, clock, &workspace, &decision) { judge, decision in
            if judge.deny(&decision) { return }
            judge.permit(&decision, counters)
        }
        return decision
    }

    /// What is asked again at a yes: every deny rule, and `who` and `time` of the rule that asked for it. `fresh` counts
    /// from the asking, and limits were charged then.
    package func confirm(
        _ payload: Span<UInt8>,
        by rule: Int,
        for caller: Caller,
        at clock: Clock,
        using workspace: inout Workspace
    ) -> Decision {
        var decision = Decision(mode: mode)
        withJudge(payload, caller, clock, &workspace, &decision) { judge, decision in
            if judge.deny(&decision) { return }
            decision.rule = rule
            decision.id = judge.set.ids[rule]
            if !judge.about.contains(rule) {
                decision.rule = nil
                decision.id = nil
                decision.reason = .ruleNone
            } else if let hours = judge.set.checks[rule].hours, !hours.contain(clock.wallMilliseconds) {
                decision.reason = .timeWindow
            } else {
                decision.effect = .allow
            }
        }
        return decision
    }

    /// The decision, and what every rule said.
    package func explain(
        _ payload: Span<UInt8>,
        for caller: Caller,
        at clock: Clock,
        with counters: borrowing Counters,
        using workspace: inout Workspace
    ) -> Explanation {
        var decision = Decision(mode: mode)
        var steps: [Explanation.Step] = []
        withJudge(payload, caller, clock, &workspace, &decision) { judge, decision in
            if !judge.deny(&decision) { judge.permit(&decision, counters) }
            for rule in judge.set.rules.indices { steps.append(judge.step(rule, decision)) }
        }
        return Explanation(decision: decision, steps: steps)
    }

    /// Reads the payload, finds the rules that are about it, and walks it; or says in the decision why no rule is asked.
    private func withJudge(
        _ bytes: Span<UInt8>,
        _ caller: Caller,
        _ clock: Clock,
        _ workspace: inout Workspace,
        _ decision: inout Decision,
        _ body: (inout Judge, inout Decision) -> Void
    ) {
        // Taken out while it is used: with two owners each change would be a copy.
        var (nodes, walk, results) = workspace.take()
        defer { workspace.give(nodes, walk, results) }
        do throws(JSONError) { try nodes.read(bytes, maximumDepth: workspace.maximumDepth) } catch {
            decision.reason = .payloadMalformed
            return
        }
        let payload = Payload(bytes, nodes.span)
        guard payload.kind(0) == .object else {
            decision.reason = .payloadMalformed
            return
        }
        let outermost = Outermost(of: payload)
        guard !outermost.isActivity || payload.kind(outermost.type) == .string else {
            decision.reason = .payloadMalformed
            return
        }
        if let (reason, at) = fault(of: outermost, payload) {
            decision.reason = reason
            decision.at = at
            return
        }
        let about = self.about(caller) & self.about(payload, outermost)
        if !about.isEmpty {
            walk.walk(payload, outermost, along: self, for: about)
            results.begin(count: conditions.count)
        }
        var judge = Judge(self, payload, outermost, caller, clock, about: about, walk: walk, results: results)
        (walk, results) = (PlaceWalk(), ConditionResults())
        body(&judge, &decision)
        (walk, results) = (judge.walk, judge.results)
    }

    /// What is refused before any rule.
    private func fault(of outermost: Outermost, _ payload: borrowing Payload) -> (Reason, String)? {
        guard outermost.isActivity else { return nil }
        if outermost.extra != 0 { return (.fieldExtra, payload.pointer(to: outermost.extra)) }
        if outermost.parameters == 0 { return (.fieldAbsent, "/parameters") }
        return payload.kind(outermost.parameters) == .object ? nil : (.fieldType, "/parameters")
    }

    /// The rules that are about the payload's type and kind, or about queries.
    private func about(_ payload: borrowing Payload, _ outermost: Outermost) -> RuleMask {
        guard outermost.isActivity else { return queries }
        let listed = payload.withText(outermost.type) { type in
            let kind =
                type.hasPrefix(SetReader.typePrefix.bytes)
                ? kinds.listing(SetReader.kind(ofUnprefixed: type.extracting(SetReader.typePrefix.bytes.count...)))
                : RuleMask.none
            return (~types.asking | types.listing(type)) & (~kinds.asking | kind)
        }
        return activities & (listed ?? .none)
    }
}

extension Judge {
    /// Asks every deny rule; true where one denies.
    mutating func deny(_ decision: inout Decision) -> Bool {
        let denying = about & set.deny
        var next = denying.first()
        while let rule = next {
            if result(of: rule).denies {
                decision.rule = rule
                decision.id = set.ids[rule]
                decision.reason = .ruleDeny
                return true
            }
            next = denying.first(from: rule + 1)
        }
        return false
    }

    /// Asks the others in their order: the first that matches decides, or the nearest is named.
    mutating func permit(_ decision: inout Decision, _ counters: borrowing Counters) {
        let permitting = about & ~set.deny
        var nearest: (rule: Int, result: RuleResult)?
        var next = permitting.first()
        while let rule = next {
            let result = result(of: rule)
            if result.reason == nil { return settle(rule, &decision, counters) }
            if nearest.map({ result.conditionsHeld > $0.result.conditionsHeld }) ?? true { nearest = (rule, result) }
            next = permitting.first(from: rule + 1)
        }
        decision.reason = nearest?.result.reason ?? .ruleNone
        guard let nearest else { return }
        decision.rule = nearest.rule
        decision.id = set.ids[nearest.rule]
        decision.at = pointer(nearest.result.place)
    }

    /// The rule matched: what is left of its limits, and what a human is shown.
    private mutating func settle(_ rule: Int, _ decision: inout Decision, _ counters: borrowing Counters) {
        decision.rule = rule
        decision.id = set.ids[rule]
        if !set.limits[rule].isEmpty { check(set.limits[rule], of: rule, &decision, counters) }
        guard decision.reason == nil else { return }
        guard set.rules[rule].effect == .confirm else {
            decision.effect = .allow
            return
        }
        switch confirmation(of: rule) {
        case .success(let confirmation):
            decision.effect = .confirm
            decision.confirmation = confirmation
        case .failure(let tooLong):
            decision.reason = .fieldValue
            decision.at = tooLong.at
            if decision.mode == .enforce { decision.charges = [] }
        }
    }

    func pointer(_ place: FailedPlace) -> String? {
        switch place {
        case .none: nil
        case .condition(let number): Payload.cut(Array(set.definitions[number].at.text.utf8))
        case .node(let node): payload.pointer(to: node)
        case .organization: "/organizationId"
        case .timestamp: "/timestampMs"
        }
    }

    mutating func step(_ rule: Int, _ decision: Decision) -> Explanation.Step {
        guard about.contains(rule) else {
            return Explanation.Step(id: set.ids[rule], outcome: .passed, reason: nil, at: nil)
        }
        let result = result(of: rule)
        let holds = set.deny.contains(rule) ? result.denies : result.reason == nil
        // A rule that matched may have nothing left of its limit.
        let isDecided = holds && decision.rule == rule && decision.effect == .deny && !set.deny.contains(rule)
        return Explanation.Step(
            id: set.ids[rule],
            outcome: holds ? .held : .failed,
            reason: isDecided ? decision.reason : result.reason,
            at: isDecided ? decision.at : pointer(result.place)
        )
    }
}
