// SPDX-License-Identifier: Apache-2.0
internal import Varlink

extension RuleSet {
    /// Decides on a payload, whose bytes must be exactly those that are hashed. Charges nothing.
    package func decide(
        _ payload: Span<UInt8>,
        for caller: consuming Caller,
        at clock: Clock,
        with counters: borrowing Counters,
        using workspace: inout Workspace
    ) -> Decision {
        var decision = Decision(mode: mode)
        withJudge(payload, caller, clock, &workspace, &decision) { evaluator, decision in
            if evaluator.deny(&decision) { return }
            evaluator.permit(&decision, counters)
        }
        return decision
    }

    /// Decides again when a person has confirmed: asks every deny rule, and `who` and `time` of the rule that asked.
    /// `fresh` is judged as of the question, when the limits were charged too.
    package func confirm(
        _ payload: Span<UInt8>,
        by rule: Int,
        for caller: consuming Caller,
        at clock: Clock,
        using workspace: inout Workspace
    ) -> Decision {
        var decision = Decision(mode: mode)
        withJudge(payload, caller, clock, &workspace, &decision) { evaluator, decision in
            if evaluator.deny(&decision) { return }
            decision.rule = rule
            decision.id = evaluator.set.ids[rule]
            if !evaluator.about.contains(rule) {
                decision.rule = nil
                decision.id = nil
                decision.reason = .ruleNone
            } else if let hours = evaluator.set.checks[rule].hours, !hours.contain(clock.wallMilliseconds) {
                decision.reason = .timeWindow
            } else {
                decision.effect = .allow
            }
        }
        return decision
    }

    /// Decides, and reports the result of every rule.
    package func explain(
        _ payload: Span<UInt8>,
        for caller: consuming Caller,
        at clock: Clock,
        with counters: borrowing Counters,
        using workspace: inout Workspace
    ) -> Explanation {
        var decision = Decision(mode: mode)
        var steps: [Explanation.Step] = []
        withJudge(payload, caller, clock, &workspace, &decision) { evaluator, decision in
            if !evaluator.deny(&decision) { evaluator.permit(&decision, counters) }
            for rule in evaluator.set.rules.indices { steps.append(evaluator.step(rule, decision)) }
        }
        return Explanation(decision: decision, steps: steps)
    }

    /// Reads the payload, finds the rules that are about it, and walks it; or records in the decision why no rule is
    /// asked.
    private func withJudge(
        _ bytes: Span<UInt8>,
        _ caller: consuming Caller,
        _ clock: Clock,
        _ workspace: inout Workspace,
        _ decision: inout Decision,
        _ body: (inout RuleEvaluator, inout Decision) -> Void
    ) {
        // Moved out while in use: with two owners, each change would be a copy.
        var nodes = JSONNodes()
        swap(&nodes, &workspace.nodes)
        defer { swap(&nodes, &workspace.nodes) }
        do throws(JSONError) { try nodes.read(bytes, maximumDepth: workspace.maximumDepth) } catch {
            decision.reason = .payloadMalformed
            return
        }
        let payload = Payload(bytes, nodes.span)
        guard payload.kind(0) == .object else {
            decision.reason = .payloadMalformed
            return
        }
        let outermost = Outermost(of: payload, along: tree)
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
            workspace.walk.walk(payload, outermost, along: tree, for: about & listing)
            workspace.results.begin(count: conditions.count)
        }
        var evaluator = RuleEvaluator(self, payload, outermost, caller, clock, about: about)
        evaluator.exchange(with: &workspace)
        body(&evaluator, &decision)
        evaluator.exchange(with: &workspace)
    }

    /// Returns why the payload is refused before any rule is asked; nil if it is not.
    private func fault(of outermost: Outermost, _ payload: borrowing Payload) -> (Reason, String)? {
        guard outermost.isActivity else { return nil }
        if outermost.extra != 0 { return (.fieldExtra, payload.pointer(to: outermost.extra)) }
        if outermost.parameters == 0 { return (.fieldAbsent, "/parameters") }
        return payload.kind(outermost.parameters) == .object ? nil : (.fieldType, "/parameters")
    }

    /// Returns the rules that are about the payload's type and kind, or about queries.
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

extension RuleEvaluator {
    /// Asks every deny rule; true if one denies.
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

    /// Asks the other rules in their order. The first that matches decides; if none does, the one that came nearest is
    /// named.
    mutating func permit(_ decision: inout Decision, _ counters: borrowing Counters) {
        let permitting = about & ~set.deny
        guard !permitting.isEmpty else {
            decision.reason = .ruleNone
            return
        }
        let candidates = permitting & rulesLeftByTexts()
        var candidate = candidates.first()
        while let rule = candidate {
            if result(of: rule).reason == nil { return settle(rule, &decision, counters) }
            candidate = candidates.first(from: rule + 1)
        }
        // No rule matched, so each is asked how near it came.
        var nearest: (rule: Int, result: RuleResult)?
        var next = permitting.first()
        while let rule = next {
            let result = result(of: rule)
            if nearest.map({ result.conditionsHeld > $0.result.conditionsHeld }) ?? true { nearest = (rule, result) }
            next = permitting.first(from: rule + 1)
        }
        guard let nearest else { return }
        decision.reason = nearest.result.reason
        decision.rule = nearest.rule
        decision.id = set.ids[nearest.rule]
        decision.at = pointer(nearest.result.place)
    }

    /// Returns all rules but those that require a text which the payload does not have.
    private mutating func rulesLeftByTexts() -> RuleMask {
        var mask = ~RuleMask.none
        for gate in set.gates.indices {
            if let text = loneText(at: set.gates[gate].place) { mask = mask & set.gates[gate].rules(taking: text) }
        }
        return mask
    }

    /// Completes the decision of a rule that matched: its limits, and what a person is shown.
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
        // Even a rule that matched can refuse, if its limit is used up.
        let isDecided = holds && decision.rule == rule && decision.effect == .deny && !set.deny.contains(rule)
        return Explanation.Step(
            id: set.ids[rule],
            outcome: holds ? .held : .failed,
            reason: isDecided ? decision.reason : result.reason,
            at: isDecided ? decision.at : pointer(result.place)
        )
    }
}
