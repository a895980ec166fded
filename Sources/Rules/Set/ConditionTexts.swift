// SPDX-License-Identifier: Apache-2.0
internal import Varlink

/// The texts that a set's conditions accept, each once and numbered. A payload's text is looked up once, and each
/// condition then compares numbers.
///
/// A class, so that using it does not count references of its arrays.
final class ConditionTexts: Sendable {
    private let texts: TextTable
    /// The numbers of each condition's texts, in rising order, one condition after the other.
    private let numbers: [Int32]
    /// For each text its own number, or for an address that of its lower-case form.
    private let caseless: [Int32]

    var longestText: Int { texts.longestText }

    /// The texts of one condition: a range of `numbers`.
    typealias Choice = Range<Int32>

    init(_ growing: consuming GrowingConditionTexts) {
        let texts = growing.texts
        caseless = (0..<texts.count).map { texts.caselessNumber(of: texts.text($0)) }
        numbers = growing.numbers
        self.texts = texts
    }

    /// Returns the numbers of a text: as it stands, and for an address in lower case.
    func number(of text: Span<UInt8>) -> Number {
        guard let exact = texts.number(of: text) else {
            return Number(exact: -1, caseless: text.isAddress ? texts.caselessNumber(of: text.array) : -1)
        }
        return Number(exact: Int32(truncatingIfNeeded: exact), caseless: caseless[exact])
    }

    func contains(_ number: Int32, in choice: Choice) -> Bool {
        let (low, high) = (Int(choice.lowerBound), Int(choice.upperBound))
        let index = numbers.firstIndex(atLeast: number, from: low, to: high)
        return index < high && numbers[index] == number
    }

    /// The numbers of a payload's text; -1 if no condition accepts it.
    struct Number: Sendable {
        var exact: Int32
        var caseless: Int32

        static let none = Self(exact: -1, caseless: -1)
    }
}

/// Builds `ConditionTexts` while rules are added.
struct GrowingConditionTexts {
    fileprivate var texts = TextTable()
    fileprivate var numbers: [Int32] = []
    /// The choices so far, so that a list used twice is stored once.
    private var known: [TextTable: ConditionTexts.Choice] = [:]

    /// Adds the texts of one condition.
    mutating func add(_ table: TextTable) -> ConditionTexts.Choice {
        if let choice = known[table] { return choice }
        let start = Int32(truncatingIfNeeded: numbers.count)
        var chosen = (0..<table.count).map { Int32(truncatingIfNeeded: texts.insert(table.text($0).span)) }
        chosen.sort()
        numbers += chosen
        let choice = start..<Int32(truncatingIfNeeded: numbers.count)
        known[table] = choice
        return choice
    }

    /// Returns the numbers of one condition's texts, in rising order.
    func numbers(in choice: ConditionTexts.Choice) -> ArraySlice<Int32> {
        numbers[Int(choice.lowerBound)..<Int(choice.upperBound)]
    }
}

extension TextTable {
    /// Returns the number of a text, for an address in lower case; -1 if it is not there.
    fileprivate func caselessNumber(of text: [UInt8]) -> Int32 {
        let caseless = text.span.isAddress ? text.map(\.asciiLowercased) : text
        return Int32(truncatingIfNeeded: number(of: caseless.span) ?? -1)
    }
}
