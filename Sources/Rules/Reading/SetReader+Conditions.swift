// SPDX-License-Identifier: Apache-2.0

extension SetReader {
    /// The members other than `at`.
    private static let operators = Array(MemberTable.condition.names.dropFirst())

    mutating func readConditions(_ value: Value, at member: String) -> [Condition] {
        let elements = list(value, at: member, maximumCount: RuleLimits.maximumConditionCount) ?? []
        return elements.enumerated().compactMap { readCondition($1, at: "\(member)[\($0)]") }
    }

    private mutating func readCondition(_ value: Value, at member: String) -> Condition? {
        guard let members = object(value, at: member, of: MemberTable.condition) else { return nil }
        let given = Self.operators.filter { members[$0] != nil }
        if given.count != 1 { fault(member, "exactly one of \(Self.operators.joined(separator: ", "))") }
        guard let at = required(members, "at", at: member), given.count == 1, let operand = members[given[0]] else {
            return nil
        }
        guard let pointer = at.text.flatMap(Pointer.init) else {
            fault("\(member).at", "no pointer, such as /parameters/signWith")
            return nil
        }
        return readTest(given[0], operand, at: "\(member).\(given[0])").map { Condition(at: pointer, test: $0) }
    }

    private mutating func readTest(_ name: String, _ value: Value, at member: String) -> Condition.Test? {
        switch name {
        case "is": readIs(value, at: member)
        case "in": textTable(value, at: member).map { .oneOf($0) }
        case "address": caselessTable(value, at: member).map { .address($0) }
        case "between": decimalRange(value, at: member).map { .between($0, $1) }
        case "count": readCount(value, at: member)
        case "absent": readTrue(value, .absent, at: member)
        case "pendingKey": readTrue(value, .pendingKey, at: member)
        case "ownKey": readTrue(value, .ownKey, at: member)
        case "embeddedKey": readTrue(value, .embeddedKey, at: member)
        default: readEVM(value, at: member).map { .evm($0) }
        }
    }

    private mutating func readIs(_ value: Value, at member: String) -> Condition.Test? {
        switch value.content {
        case .text(let text): return .isText(text)
        case .bool(let bool): return .isBool(bool)
        case .integer(let text): return .isInteger(text == "-0" ? "0" : text)
        default:
            fault(member, "a text, true, false or a whole number")
            return nil
        }
    }

    private mutating func readTrue(
        _ value: Value,
        _ test: Condition.Test,
        at member: String
    ) -> Condition.Test? {
        if value.bool == true { return test }
        fault(member, "true")
        return nil
    }

    private mutating func readCount(_ value: Value, at member: String) -> Condition.Test? {
        guard let elements = value.array, elements.count == 2, let low = elements[0].int, let high = elements[1].int,
            low >= 0, high >= 0
        else {
            fault(member, "two numbers, such as [1, 2]")
            return nil
        }
        guard low <= high else {
            fault(member, "a range that is reversed")
            return nil
        }
        return .count(Int(low), Int(high))
    }

    private mutating func readEVM(_ value: Value, at member: String) -> EVMBounds? {
        guard let members = object(value, at: member, of: MemberTable.evm) else { return nil }
        let ids = required(members, "chainId", at: member).flatMap { chainIds($0, at: "\(member).chainId") }
        let to = required(members, "to", at: member).flatMap { addressTable($0, at: "\(member).to") }
        let value = required(members, "valueAtMost", at: member).flatMap { decimal($0, at: "\(member).valueAtMost") }
        let fee = required(members, "feeAtMost", at: member).flatMap { decimal($0, at: "\(member).feeAtMost") }
        var data: EVMBounds.Data? = .empty
        if let value = members["data"], value.text != "empty" { data = calls(value, at: "\(member).data") }
        guard let ids, let to, let value, let fee, let data else { return nil }
        return EVMBounds(
            chainIds: ids,
            to: to,
            valueAtMost: value.natural,
            feeAtMost: fee.natural,
            data: data
        )
    }

    private mutating func chainIds(_ value: Value, at member: String) -> [Natural]? {
        guard let elements = list(value, at: member) else { return nil }
        var ids: [Natural] = []
        for (index, element) in elements.enumerated() {
            guard case .integer(let text) = element.content, let number = Decimal(text), number.natural.word != nil
            else {
                fault("\(member)[\(index)]", "a chain's number, such as 8453")
                return nil
            }
            ids.append(number.natural)
        }
        return ids
    }

    private mutating func calls(_ value: Value, at member: String) -> EVMBounds.Data? {
        guard value.array != nil else {
            fault(member, "\"empty\", or a list of calls")
            return nil
        }
        guard let elements = list(value, at: member) else { return nil }
        var calls: [EVMBounds.Call] = []
        for (index, element) in elements.enumerated() {
            guard let call = readCall(element, at: "\(member)[\(index)]") else { return nil }
            calls.append(call)
        }
        return .calls(calls)
    }

    private mutating func readCall(_ value: Value, at member: String) -> EVMBounds.Call? {
        guard let members = object(value, at: member, of: MemberTable.call),
            let selector = required(members, "selector", at: member),
            let words = required(members, "words", at: member),
            let elements = list(words, at: "\(member).words", mayBeEmpty: true)
        else { return nil }
        guard let text = selector.text, text.bytes.count == 10, text.hasPrefix("0x"),
            text.bytes.dropFirst(2).allSatisfy({ $0.hexValue != nil }),
            let number = UInt32(text.string.dropFirst(2), radix: 16)
        else {
            fault("\(member).selector", "0x and 8 hex digits")
            return nil
        }
        var read: [EVMBounds.Word] = []
        for (index, element) in elements.enumerated() {
            guard let word = readWord(element, at: "\(member).words[\(index)]") else { return nil }
            read.append(word)
        }
        return EVMBounds.Call(selector: number, words: read)
    }

    private mutating func readWord(_ value: Value, at member: String) -> EVMBounds.Word? {
        guard let members = object(value, at: member, of: MemberTable.word) else { return nil }
        let given = MemberTable.word.names.filter { members[$0] != nil }
        guard given.count == 1, let operand = members[given[0]] else {
            fault(member, "exactly one of address, between and any")
            return nil
        }
        switch given[0] {
        case "address": return addressTable(operand, at: "\(member).address").map { .address($0) }
        case "between":
            return decimalRange(operand, at: "\(member).between").map { .between($0.natural, $1.natural) }
        default:
            if operand.bool == true { return .any }
            fault("\(member).any", "true")
            return nil
        }
    }
}
