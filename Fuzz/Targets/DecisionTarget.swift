// SPDX-License-Identifier: Apache-2.0
// Covers: Sources/Rules/Decision Sources/Rules/EVM Sources/Rules/Limits/Counters.swift Sources/Rules/Set/RuleSet.swift
// Words: rules
// Not run: counters that are dropped at a reload or used up, all of them (kept-counters reads them); values too long to be shown.
import Rules

extension FuzzTarget {
    /// The bytes are a caller, a rule set and a payload, as `DecisionCase` takes them apart.
    static let decision = FuzzTarget(name: "decision") { (bytes) throws(BrokenClaim) in
        let given = try DecisionCase(bytes)
        var counters = Counters()
        var workspace = Workspace()
        let decision = given.decide(given.payload, counters, &workspace)
        try checkWhole(decision)
        let verdict = Verdict(decision)
        var other = Workspace()
        try claim("a decision is the same again", Verdict(given.decide(given.payload, counters, &workspace)) == verdict)
        try claim("a decision knows no earlier one", Verdict(given.decide(given.payload, counters, &other)) == verdict)
        let spaced = [0x20] + given.payload + [0x0A]
        try claim("white space around it decides nothing", Verdict(given.decide(spaced, counters, &other)) == verdict)
        try checkSteps(given, counters, &workspace, verdict)
        try checkYes(given, decision, &workspace)

        let receipt = counters.charge(decision.charges, at: given.clock.bootNanoseconds)
        let second = given.decide(given.payload, counters, &workspace)
        try checkWhole(second)
        let isSame = Verdict(second) == verdict
        try claim("only a limit changes the next decision", isSame || second.reason.map(isLimit) == true)
        try claim("without a charge the next is the same", isSame || !decision.charges.isEmpty)
        counters.giveBack(receipt)
        let third = Verdict(given.decide(given.payload, counters, &workspace))
        try claim("what is given back was never charged", third == verdict)
    }

    private static func isLimit(_ reason: Reason) -> Bool {
        if case .limit = reason { true } else { false }
    }

    private static func checkWhole(_ decision: Decision) throws(BrokenClaim) {
        try claim("a refusal alone has a reason", (decision.effect == .deny) == (decision.reason != nil))
        try claim("what asks says what is shown", (decision.effect == .confirm) == (decision.confirmation != nil))
        try claim("what is let through names its rule", decision.effect == .deny || decision.rule != nil)
        try claim("a rule has an id", (decision.rule == nil) == (decision.id == nil))
        let isRefused = decision.mode == .enforce ? decision.effect == .deny : decision.reason == .ruleDeny
        try claim("the answer is the effect, unless the set observes", (decision.answer == .refuse) == isRefused)
        let isObserved = decision.mode == .observe && decision.effect != .allow && !isRefused
        try claim("what would be is told", (decision.wouldDeny || decision.wouldConfirm) == isObserved)
        try claim("a reason has a word", decision.reason?.text.isEmpty != true)
        let isCut = decision.at.map { $0.utf8.count <= RuleLimits.maximumPointerByteCount } ?? true
        try claim("a pointer is cut", isCut)
        let shown = decision.confirmation?.shown ?? []
        try claim("what is shown is short", shown.allSatisfy { $0.text.utf8.count <= RuleLimits.maximumShownByteCount })
        try claim("what is shown is ASCII", shown.allSatisfy { $0.text.utf8.allSatisfy { $0 < 0x80 } })
        let isCharged = decision.effect == .deny && decision.mode == .enforce && !decision.charges.isEmpty
        try claim("a refusal charges nothing", !isCharged)
    }

    /// What is said rule by rule is what was decided: deny rules before all others, then the first that holds.
    private static func checkSteps(
        _ given: DecisionCase,
        _ counters: Counters,
        _ workspace: inout Workspace,
        _ verdict: Verdict
    ) throws(BrokenClaim) {
        let explanation = given.set.explain(
            given.payload.span,
            for: given.caller,
            at: given.clock,
            with: counters,
            using: &workspace
        )
        try claim("an explanation has the decision", Verdict(explanation.decision) == verdict)
        if explanation.steps.isEmpty { return try claim("no rule decides unasked", verdict.rule == nil) }
        try claim("every rule is explained", explanation.steps.count == given.set.ruleCount)
        let held = explanation.steps.indices.filter { explanation.steps[$0].outcome == .held }
        let denying = held.first { given.set.denies($0) }
        try claim("a deny rule that holds denies", (denying != nil) == (explanation.decision.reason == .ruleDeny))
        guard let decisive = denying ?? held.first else {
            return try claim("without a rule that holds nothing passes", verdict.effect == .deny)
        }
        try claim("the first rule that holds decides", verdict.rule == decisive)
    }

    /// A yes at the same instant lets through what asked for it.
    private static func checkYes(
        _ given: DecisionCase,
        _ decision: Decision,
        _ workspace: inout Workspace
    ) throws(BrokenClaim) {
        guard decision.effect == .confirm, let rule = decision.rule else { return }
        let answer = given.set.confirm(
            given.payload.span,
            by: rule,
            for: given.caller,
            at: given.clock,
            using: &workspace
        )
        try claim("a yes lets through what asked for it", answer.effect == .allow && answer.rule == rule)
    }
}

/// What of two decisions must be the same.
private struct Verdict: Equatable {
    let effect: Effect
    let rule: Int?
    let reason: Reason?
    let at: String?
    let retryAfterMilliseconds: Int64?
    let chargeCount: Int
    let shown: [Confirmation.Shown]?

    init(_ decision: Decision) {
        effect = decision.effect
        rule = decision.rule
        reason = decision.reason
        at = decision.at
        retryAfterMilliseconds = decision.retryAfterMilliseconds
        chargeCount = decision.charges.count
        shown = decision.confirmation?.shown
    }
}
