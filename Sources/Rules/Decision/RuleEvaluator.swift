// SPDX-License-Identifier: Apache-2.0
internal import Varlink

/// The place where a check failed; spelled out only if the decision is reported.
enum FailedPlace {
    case none
    case condition(Int)
    case node(Int)
    case organization
    case timestamp
}

/// The result of one rule for this caller and this payload.
struct RuleResult {
    /// Why the rule does not match; nil if every check holds.
    var reason: Reason?
    var place = FailedPlace.none
    /// How many conditions held before the first that did not.
    var conditionsHeld = 0
    /// Whether a deny rule denies.
    var denies = false
}

/// Memory that is reused from one decision to the next, so that an ordinary one allocates little.
package struct Workspace: Sendable {
    var nodes = JSONNodes()
    var walk = PlaceWalk()
    var results = ConditionResults()
    /// How many objects and arrays may be nested in a payload.
    package var maximumDepth = JSONReader.defaultMaximumDepth

    /// Creates an empty workspace.
    package init() {}
}

/// Applies one set's rules to one payload.
struct RuleEvaluator: ~Copyable, ~Escapable {
    let set: RuleSet
    let payload: Payload
    let outermost: Outermost
    let caller: Caller
    let clock: Clock
    /// The rules that are about this caller, and the payload's type, kind or query.
    let about: RuleMask
    var walk = PlaceWalk()
    var results = ConditionResults()
    var transactions = DecodedTransactions()

    @_lifetime(copy payload)
    init(
        _ set: RuleSet,
        _ payload: Payload,
        _ outermost: Outermost,
        _ caller: consuming Caller,
        _ clock: Clock,
        about: RuleMask
    ) {
        self.set = set
        self.payload = payload
        self.outermost = outermost
        self.caller = caller
        self.clock = clock
        self.about = about
    }

    /// Swaps its memory with the workspace's. It is moved, because writing to shared memory would copy it.
    mutating func exchange(with workspace: inout Workspace) {
        swap(&walk, &workspace.walk)
        swap(&results, &workspace.results)
    }

    mutating func result(of rule: Int) -> RuleResult {
        let checks = set.checks[rule]
        return set.deny.contains(rule) ? denial(of: rule, checks) : match(of: rule, checks)
    }

    /// Applies a rule's checks in their order, up to the first that fails.
    private mutating func match(of rule: Int, _ checks: RuleSet.Checks) -> RuleResult {
        var result = RuleResult()
        if checks.asksOrganization, organization(set.rules[rule].organization) != .held {
            return RuleResult(reason: .fieldValue, place: .organization)
        }
        for index in checks.conditions {
            let number = set.conditionNumbers[index]
            if let reason = condition(number).reason {
                result.reason = reason
                result.place = .condition(number)
                return result
            }
            result.conditionsHeld += 1
        }
        if let failure = walk.failure(of: rule) {
            result.reason = failure.reason
            result.place = .node(failure.node)
        } else if let fresh = checks.fresh, let reason = staleness(fresh) {
            result.reason = reason
            result.place = .timestamp
        } else if let hours = checks.hours, !hours.contain(clock.wallMilliseconds) {
            result.reason = .timeWindow
        }
        return result
    }

    /// Applies a deny rule's checks. It denies if every check holds, or if one is undecidable.
    private mutating func denial(of rule: Int, _ checks: RuleSet.Checks) -> RuleResult {
        var result = RuleResult()
        var isUntold = false
        func note(_ reason: Reason?, _ place: FailedPlace, isUntold untold: Bool) {
            // Keeps the first reason, but prefers an undecidable check, because that one decides.
            if let reason, result.reason == nil || untold && !isUntold {
                result.reason = reason
                result.place = place
            }
            isUntold = isUntold || untold
        }
        switch checks.asksOrganization ? organization(set.rules[rule].organization) : .held {
        case .held: break
        case .different: note(.fieldValue, .organization, isUntold: false)
        case .untold: note(.fieldValue, .organization, isUntold: true)
        }
        for index in checks.conditions {
            let number = set.conditionNumbers[index]
            let outcome = condition(number)
            note(outcome.reason, .condition(number), isUntold: outcome.isUntold)
        }
        if let failure = walk.failure(of: rule) {
            note(failure.reason, .node(failure.node), isUntold: failure.reason == .fieldType)
        }
        result.denies = result.reason == nil || isUntold
        return result
    }

    private enum OrganizationOutcome {
        case held, different, untold
    }

    private func organization(_ organization: Rule.Organization) -> OrganizationOutcome {
        switch organization {
        case .any: return .held
        case .session:
            guard let own = caller.session?.organizationId else { return .held }
            return compare { $0.equalsIgnoringASCIICase(own.bytes) }
        case .oneOf(let ids):
            return compare { text in
                for id in ids where text.equalsIgnoringASCIICase(id.bytes) { return true }
                return false
            }
        }
    }

    private func compare(_ isOne: (Span<UInt8>) -> Bool) -> OrganizationOutcome {
        guard outermost.organization != 0, payload.kind(outermost.organization) == .string else { return .untold }
        return payload.withText(outermost.organization, isOne) == true ? .held : .different
    }

    private func staleness(_ fresh: Rule.Freshness) -> Reason? {
        guard outermost.timestamp != 0 else { return .fieldAbsent }
        guard let number = payload.withNumber(outermost.timestamp, { Decimal.int64($0) }) else { return .fieldType }
        // No clock tells a number that does not fit.
        guard let stamp = number else { return .timeStale }
        let (age, overflows) = clock.wallMilliseconds.subtractingReportingOverflow(stamp)
        return !overflows && age <= fresh.past && age >= -fresh.future ? nil : .timeStale
    }
}

extension Rule.Hours {
    /// Whether `instant`, in milliseconds since 1970 (a Thursday), lies in these hours.
    func contain(_ instant: Int64) -> Bool {
        let day: Int64 = 86_400_000
        let (quotient, remainder) = instant.quotientAndRemainder(dividingBy: day)
        let (days, time) = remainder < 0 ? (quotient - 1, remainder + day) : (quotient, remainder)
        let weekday = ((days + 3) % 7 + 7) % 7
        let minute = Int(time / 60_000)
        return self.days >> UInt8(weekday) & 1 == 1 && from <= minute && minute < until
    }
}

extension RuleEvaluator {
    /// Returns the result of a condition, computed once for each payload however many rules have it.
    mutating func condition(_ number: Int) -> ConditionResult {
        if let known = results[number] { return known }
        let result = evaluator(number, at: set.conditions[number].place)
        results[number] = result
        return result
    }

    private mutating func evaluator(_ number: Int, at place: Int) -> ConditionResult {
        if !set.conditions[number].choice.isEmpty, let text = walk.textNumber(at: place) {
            return .value(set.conditions[number].takes(text, from: set.texts))
        }
        let visits = walk[place]
        if set.conditions[number].choice.isEmpty, case .absent = set.definitions[number].test {
            return visits.count == 0 ? ConditionResult() : .wrongValue
        }
        guard visits.count > 0, walk.isReachedThroughout(place, in: set.tree) else { return .absent }
        var result = evaluator(number, Int(visits.first))
        var link = visits.link
        // Stops at the first value that fails. An undecidable one does not stop it, because deny rules need to know of
        // it.
        while let node = walk.next(&link), !result.isUntold {
            let next = evaluator(number, node)
            if result.outcome == .held { result.outcome = next.outcome }
            result.isUntold = next.isUntold
        }
        return result
    }

    private mutating func evaluator(_ number: Int, _ node: Int) -> ConditionResult {
        let condition = set.conditions[number]
        guard condition.choice.isEmpty else { return judgeText(condition, node) }
        let kind = payload.kind(node)
        switch set.definitions[number].test {
        case .isText, .oneOf, .address: return judgeText(condition, node)
        case .isBool(let bool):
            return kind == .bool ? .value((payload.literal(node).count == 4) == bool) : .wrongType
        case .isInteger(let text):
            guard kind == .integer else { return .wrongType }
            let literal = payload.literal(node)
            return .value(literal.equals(text.bytes) || literal.equals("-0") && text == "0")
        case .between(let low, let high):
            let holds = payload.withNumber(node) {
                Decimal.isAtMost(low.digits.span, $0) && Decimal.isAtMost($0, high.digits.span)
            }
            guard let holds else { return .wrongType }
            return .value(holds)
        case .count(let low, let high):
            guard kind == .array else { return .wrongType }
            return .value((low...high).contains(elementCount(node, notAbove: high)))
        case .absent: return .wrongValue
        case .pendingKey: return key(node, caller.pendingKey, isTold: true)
        case .ownKey: return key(node, caller.session?.publicKey, isTold: caller.session != nil)
        case .embeddedKey: return key(node, caller.embeddedKey, isTold: true)
        case .evm(let bounds):
            guard kind == .string else { return .wrongType }
            let holds = transactions.with(node, of: payload) { bounds.hold(for: $0, in: $1) }
            guard let holds else { return .unreadable }
            return .value(holds)
        }
    }

    private mutating func judgeText(_ condition: RuleSet.PlacedCondition, _ node: Int) -> ConditionResult {
        guard let text = text(node, at: condition.place) else { return .wrongType }
        return .value(condition.takes(text, from: set.texts))
    }

    /// Returns the number of the only text at a place. Nil if there is none, another value or several, or if an array
    /// element on the way has none.
    mutating func loneText(at place: Int) -> ConditionTexts.Number? {
        if let known = walk.textNumber(at: place) { return known }
        let visits = walk[place]
        guard visits.count == 1, walk.isReachedThroughout(place, in: set.tree) else { return nil }
        return text(Int(visits.first), at: place)
    }

    /// Returns the number of a text, and keeps it; nil for a value that is not a text.
    private mutating func text(_ node: Int, at place: Int) -> ConditionTexts.Number? {
        guard payload.kind(node) == .string else { return nil }
        let text = payload.withText(node, maximumByteCount: set.texts.longestText) { set.texts.number(of: $0) } ?? .none
        walk.keep(text, at: place)
        return text
    }

    private func key(_ node: Int, _ key: KeyBytes?, isTold: Bool) -> ConditionResult {
        guard payload.kind(node) == .string else { return .wrongType }
        guard isTold else { return .unreadable }
        guard let key else { return .wrongValue }
        return .value(payload.withText(node, maximumByteCount: 130) { key.equals(hex: $0) })
    }

    private func elementCount(_ node: Int, notAbove maximum: Int) -> Int {
        var count = 0
        var element = node + 1
        while element < payload.nodes[node].next, count <= maximum {
            count += 1
            element = payload.nodes[element].next
        }
        return count
    }
}
