// SPDX-License-Identifier: Apache-2.0

/// The texts that a set's conditions take, each once and numbered: a payload's text is looked up once, however many
/// conditions look at it, and each of them asks for its number.
struct ConditionTexts: Sendable {
    private var texts = TextTable()
    /// Those of one condition together, in rising order.
    private var numbers: [Int32] = []

    var longestText: Int { texts.longestText }

    /// What one condition takes: a range of `numbers`.
    typealias Choice = Range<Int32>

    /// Takes the conditions' texts in; `known` holds the choices so far, so that a list costs its memory once.
    mutating func add(_ table: TextTable, _ known: inout [TextTable: Choice]) -> Choice {
        if let choice = known[table] { return choice }
        let start = Int32(truncatingIfNeeded: numbers.count)
        var chosen = (0..<table.count).map { Int32(truncatingIfNeeded: texts.insert(table.text($0).span)) }
        chosen.sort()
        numbers += chosen
        let choice = start..<Int32(truncatingIfNeeded: numbers.count)
        known[table] = choice
        return choice
    }

    /// The number of a text: as it stands, and where it is an address, of that in lower case.
    func number(of text: Span<UInt8>) -> Number {
        let exact = Int32(truncatingIfNeeded: texts.number(of: text) ?? -1)
        guard text.isAddress else { return Number(exact: exact, caseless: exact) }
        var lower = InlineArray<42, UInt8>(repeating: 0)
        for index in 0..<42 { lower[index] = text[index].asciiLowercased }
        return Number(exact: exact, caseless: Int32(truncatingIfNeeded: texts.number(of: lower.span) ?? -1))
    }

    func contains(_ number: Int32, in choice: Choice) -> Bool {
        var (low, high) = (Int(choice.lowerBound), Int(choice.upperBound))
        while low < high {
            let middle = (low + high) / 2
            if numbers[middle] < number { low = middle + 1 } else { high = middle }
        }
        return low < choice.upperBound && numbers[low] == number
    }

    /// Of a payload's text; -1 where no condition takes it.
    struct Number: Sendable {
        var exact: Int32
        var caseless: Int32

        static let none = Self(exact: -1, caseless: -1)
    }
}
