// SPDX-License-Identifier: Apache-2.0

/// Reads `fresh`, `time`, `limits` and `confirm`.
extension SetReader {
    mutating func readTimes(_ members: Members, into rule: inout Rule, at member: String) {
        if !rule.isQuery, rule.effect != .deny { rule.fresh = Rule.Freshness() }
        if let value = members["fresh"] { rule.fresh = readFreshness(value, at: "\(member).fresh") }
        if let value = members["time"] { rule.hours = readHours(value, at: "\(member).time") }
    }

    private mutating func readFreshness(_ value: Value, at member: String) -> Rule.Freshness? {
        guard let members = object(value, at: member, of: MemberTable.fresh) else { return nil }
        if members.isEmpty { fault(member, "an empty object") }
        var fresh = Rule.Freshness()
        if let value = members["past"],
            let seconds = int(value, at: "\(member).past", in: RuleLimits.freshPast)
        {
            fresh.past = seconds * 1000
        }
        if let value = members["future"],
            let seconds = int(value, at: "\(member).future", in: RuleLimits.freshFuture)
        {
            fresh.future = seconds * 1000
        }
        return fresh
    }

    private mutating func readHours(_ value: Value, at member: String) -> Rule.Hours? {
        guard let members = object(value, at: member, of: MemberTable.time) else { return nil }
        let names: [Text] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
        let days = required(members, "days", at: member).flatMap {
            texts($0, at: "\(member).days", each: "one of mon, tue, wed, thu, fri, sat, sun", where: names.contains)
        }
        let from = required(members, "from", at: member).flatMap { minutes($0, at: "\(member).from") }
        let until = required(members, "until", at: member).flatMap { minutes($0, at: "\(member).until") }
        guard let days, let from, let until else { return nil }
        guard from < until else {
            fault("\(member).from", "from before until")
            return nil
        }
        var bits: UInt8 = 0
        for (index, name) in names.enumerated() where days.contains(name) { bits |= 1 << UInt8(index) }
        return Rule.Hours(days: bits, from: from, until: until)
    }

    private mutating func minutes(_ value: Value, at member: String) -> Int? {
        if let bytes = value.text?.bytes, bytes.count == 5, bytes[2] == UInt8(ascii: ":"),
            [0, 1, 3, 4].allSatisfy({ bytes[$0].isASCIIDigit })
        {
            let digits = bytes.map { Int($0) - Int(UInt8(ascii: "0")) }
            let (hour, minute) = (digits[0] * 10 + digits[1], digits[3] * 10 + digits[4])
            if hour < 24, minute < 60 { return hour * 60 + minute }
        }
        fault(member, "HH:MM, from 00:00 to 23:59")
        return nil
    }

    mutating func readLimits(_ value: Value, of rule: Rule, at member: String) -> [Limit] {
        var limits: [Limit] = []
        for (index, element) in (list(value, at: member) ?? []).enumerated() {
            guard let limit = readLimit(element, of: rule, at: "\(member)[\(index)]") else { continue }
            if limits.contains(where: { $0.nameText == limit.nameText && $0 != limit }) {
                fault("\(member)[\(index)].name", "another limit of that name is defined otherwise")
            }
            // A limit that is listed twice is charged once.
            if !limits.contains(limit) { limits.append(limit) }
        }
        return limits
    }

    private mutating func readLimit(_ value: Value, of rule: Rule, at member: String) -> Limit? {
        guard let members = object(value, at: member, of: MemberTable.limit) else { return nil }
        var name: Text?
        if let value = required(members, "name", at: member) {
            name = value.text.flatMap { Self.isName($0) ? $0 : nil }
            if name == nil { fault("\(member).name", "1 to 48 of a-z 0-9 -") }
        }
        let window = required(members, "window", at: member).flatMap {
            int($0, at: "\(member).window", in: RuleLimits.limitWindow)
        }
        var party: Limit.Party?
        if let value = required(members, "by", at: member) {
            party = value.text.flatMap { Limit.Party(rawValue: $0.string) }
            if party == nil { fault("\(member).by", "session, account, unit, delegate or all") }
            if party == .unit, rule.who.units == nil { fault("\(member).by", "who.unit must be given") }
        }
        let measured = readMeasure(members, of: rule, at: member)
        guard let name, let window, let party, let measured else { return nil }
        return Limit(nameText: name, party: party, window: window, measure: measured.0, maximum: measured.1)
    }

    private mutating func readMeasure(_ members: Members, of rule: Rule, at member: String) -> (Limit.Measure, Natural)?
    {
        if let count = members["count"], members["sum"] == nil, members["max"] == nil {
            return int(count, at: "\(member).count", in: RuleLimits.limitCount).map { (.count, Natural(UInt64($0))) }
        }
        guard let sum = members["sum"], let maximum = members["max"], members["count"] == nil else {
            fault(member, "either count, or sum and max")
            return nil
        }
        let most = decimal(maximum, at: "\(member).max")
        let measure = readSum(sum, of: rule, at: "\(member).sum")
        guard let most, let measure else { return nil }
        return (measure, most.natural)
    }

    private mutating func readSum(_ value: Value, of rule: Rule, at member: String) -> Limit.Measure? {
        guard let text = value.text, let measure = Self.measure(text) else {
            fault(member, "evm.spend, evm.value, evm.word.N (from 1) or a pointer")
            return nil
        }
        switch measure {
        case .number(let pointer):
            if rule.conditions.contains(where: { $0.at == pointer && $0.isBetween }) { return measure }
            fault(member, "no condition between of this rule bounds it")
        case .evmWord(let number):
            guard let bounds = rule.evmCondition?.evm else { return faultOfEVM(member) }
            if case .calls(let calls) = bounds.data, calls.allSatisfy({ $0.bounds(word: number) }) { return measure }
            fault(member, "no word between of each call of the condition evm bounds it")
        case .count, .evmSpend, .evmValue: return rule.evmCondition == nil ? faultOfEVM(member) : measure
        }
        return nil
    }

    private mutating func faultOfEVM(_ member: String) -> Limit.Measure? {
        fault(member, "the rule needs exactly one condition evm")
        return nil
    }

    private static func measure(_ text: Text) -> Limit.Measure? {
        switch text {
        case "evm.spend": return .evmSpend
        case "evm.value": return .evmValue
        default: break
        }
        let prefix: Text = "evm.word."
        guard text.hasPrefix(prefix) else { return Pointer(text).map { .number($0) } }
        guard let number = Decimal(Text(Array(text.bytes.dropFirst(prefix.bytes.count)))),
            let index = Int(String(decoding: number.digits, as: UTF8.self)), index >= 1
        else { return nil }
        return .evmWord(index)
    }

    mutating func readConfirmation(_ value: Value, of rule: Rule, at member: String) -> Rule.Confirmation? {
        guard let members = object(value, at: member, of: MemberTable.confirmation) else { return nil }
        let timeout = required(members, "timeout", at: member).flatMap {
            int($0, at: "\(member).timeout", in: RuleLimits.confirmTimeout)
        }
        let show = required(members, "show", at: member).flatMap { readShown($0, of: rule, at: "\(member).show") }
        var sameAccount = false
        if let value = members["sameAccount"] {
            if let bool = value.bool { sameAccount = bool } else { fault("\(member).sameAccount", "true or false") }
        }
        guard let timeout, let show else { return nil }
        return Rule.Confirmation(timeout: Int(timeout), show: show, sameAccount: sameAccount)
    }

    private mutating func readShown(_ value: Value, of rule: Rule, at member: String) -> [Rule.Shown]? {
        guard let texts = texts(value, at: member) else { return nil }
        var shown: [Rule.Shown] = []
        for (index, text) in texts.enumerated() {
            if let name = Rule.Shown.evmNames[text] {
                guard let condition = rule.evmCondition, !condition.at.hasElements else {
                    fault("\(member)[\(index)]", "the rule needs exactly one condition evm, at one place")
                    return nil
                }
                shown.append(name)
            } else if let pointer = Pointer(text) {
                shown.append(.pointer(pointer))
            } else {
                fault("\(member)[\(index)]", "a pointer, or evm.to, evm.value, evm.fee, evm.chainId or evm.data")
                return nil
            }
        }
        return shown
    }
}

extension Rule.Shown {
    static let evmNames: [Text: Rule.Shown] = [
        "evm.to": .evmTo, "evm.value": .evmValue, "evm.fee": .evmFee, "evm.chainId": .evmChainId, "evm.data": .evmData,
    ]
}

extension EVMBounds.Call {
    /// Whether a condition bounds the word, numbered from 1, on both sides.
    func bounds(word number: Int) -> Bool {
        guard words.indices.contains(number - 1), case .between = words[number - 1] else { return false }
        return true
    }
}
