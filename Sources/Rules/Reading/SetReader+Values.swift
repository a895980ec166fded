// SPDX-License-Identifier: Apache-2.0

/// An object's members, all of known names.
struct Members {
    private let values: [Text: Value]

    init(_ members: [(name: Text, value: Value)]) {
        values = Dictionary(members.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
    }

    subscript(name: String) -> Value? { values[Text(name)] }

    var isEmpty: Bool { values.isEmpty }
}

extension SetReader {
    /// Reads an object. A member that is not in the table is a fault.
    mutating func object(_ value: Value, at member: String, of table: MemberTable) -> Members? {
        let names = table.names
        guard case .object(let members) = value.content else {
            fault(member, "an object with \(names.joined(separator: ", "))")
            return nil
        }
        for (name, _) in members where !names.contains(where: { Text($0) == name }) {
            fault(Self.path(member, name.string), "there is no such member; there are \(names.joined(separator: ", "))")
        }
        return Members(members)
    }

    mutating func required(_ members: Members, _ name: String, at member: String) -> Value? {
        if let value = members[name] { return value }
        fault(Self.path(member, name), "must be given")
        return nil
    }

    /// Reads a list with at least one element.
    mutating func list(
        _ value: Value,
        at member: String,
        maximumCount: Int = RuleLimits.maximumListCount,
        mayBeEmpty: Bool = false
    ) -> [Value]? {
        guard let elements = value.array else {
            fault(member, "a list")
            return nil
        }
        if elements.isEmpty, !mayBeEmpty {
            fault(member, "an empty list")
            return nil
        }
        guard elements.count <= maximumCount else {
            fault(member, "more than \(maximumCount) entries")
            return nil
        }
        return elements
    }

    /// Reads a list of texts, each of which must pass `entry`.
    mutating func texts(
        _ value: Value,
        at member: String,
        mayBeEmpty: Bool = false,
        each entry: String = "a text",
        where isValid: (Text) -> Bool = { _ in true }
    ) -> [Text]? {
        guard let elements = list(value, at: member, mayBeEmpty: mayBeEmpty) else { return nil }
        var texts: [Text] = []
        for (index, element) in elements.enumerated() {
            guard let text = element.text, isValid(text) else {
                fault("\(member)[\(index)]", entry)
                return nil
            }
            texts.append(text)
        }
        return texts
    }

    /// Reads a list of texts, or `"@NAME"` for a list of the set, whose name is returned too.
    mutating func namedTexts(_ value: Value, at member: String) -> (texts: [Text], name: Text?)? {
        guard let reference = value.text else { return texts(value, at: member).map { ($0, nil) } }
        let name = Text(Array(reference.bytes.dropFirst()))
        guard reference.bytes.first == UInt8(ascii: "@") else {
            fault(member, "a list of texts, or @ and the name of a list")
            return nil
        }
        guard let texts = lists[name] else {
            fault(member, "there is no list \(name.string)")
            return nil
        }
        usedLists.insert(name)
        return (texts, name)
    }

    mutating func textTable(_ value: Value, at member: String) -> TextTable? {
        guard let (texts, name) = namedTexts(value, at: member) else { return nil }
        if let name, let table = textTables[name] { return table }
        let table = TextTable(texts)
        if let name { textTables[name] = table }
        return table
    }

    /// Reads a list of texts, with addresses turned to lower case.
    mutating func caselessTable(_ value: Value, at member: String) -> TextTable? {
        guard let (texts, name) = namedTexts(value, at: member) else { return nil }
        if let name, let table = caselessTables[name] { return table }
        let table = TextTable(texts.map { $0.bytes.span.isAddress ? $0.lowercased : $0 })
        if let name { caselessTables[name] = table }
        return table
    }

    mutating func addressTable(_ value: Value, at member: String) -> AddressTable? {
        guard let (texts, name) = namedTexts(value, at: member) else { return nil }
        if let name, let table = addressTables[name] { return table }
        guard let table = AddressTable(texts) else {
            fault(member, "addresses of 0x and 40 hex digits alone")
            return nil
        }
        if let name { addressTables[name] = table }
        return table
    }

    mutating func int(_ value: Value, at member: String, in range: ClosedRange<Int64>) -> Int64? {
        if let number = value.int, range.contains(number) { return number }
        fault(member, "\(range.lowerBound) to \(range.upperBound)")
        return nil
    }

    /// Reads a number written as a text.
    mutating func decimal(_ value: Value, at member: String) -> Decimal? {
        if let text = value.text, let number = Decimal(text) { return number }
        fault(member, "a number as a text, such as \"1000\"")
        return nil
    }

    /// Reads two numbers written as texts, the first of them not greater.
    mutating func decimalRange(_ value: Value, at member: String) -> (Decimal, Decimal)? {
        guard let elements = value.array, elements.count == 2, let lowText = elements[0].text,
            let highText = elements[1].text, let low = Decimal(lowText), let high = Decimal(highText)
        else {
            fault(member, "two numbers as texts, such as [\"0\", \"1000\"]")
            return nil
        }
        guard low <= high else {
            fault(member, "a range that is reversed")
            return nil
        }
        return (low, high)
    }

    static func path(_ member: String, _ name: String) -> String { member.isEmpty ? name : "\(member).\(name)" }
}
