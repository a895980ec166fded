// SPDX-License-Identifier: Apache-2.0

/// Finds the rules that accept the text at one place. Of many rules that each name their own wallet there, those for
/// the payload's wallet are found without asking the others.
struct TextGate: Sendable {
    let place: Int
    /// The rules that require a text here.
    private var asking = RuleMask.none
    /// The rules by the number of the text that they accept.
    private var exact = RuleNumbers()
    private var caseless = RuleNumbers()

    init(place: Int) { self.place = place }

    /// Adds a rule's condition at this place.
    mutating func add(_ condition: RuleSet.PlacedCondition, _ texts: borrowing GrowingConditionTexts, of rule: Int) {
        asking.insert(rule)
        for number in texts.numbers(in: condition.choice) {
            if condition.isCaseless { caseless.add(rule, of: number) } else { exact.add(rule, of: number) }
        }
    }

    /// Returns the rules that this text does not rule out.
    func rules(taking text: ConditionTexts.Number) -> RuleMask {
        ~asking | exact.rules(of: text.exact) | caseless.rules(of: text.caseless)
    }

    /// Rules by text number in rising order. Searching so few costs less than a hash.
    private struct RuleNumbers {
        private var numbers: [Int32] = []
        private var masks: [RuleMask] = []

        mutating func add(_ rule: Int, of number: Int32) {
            let place = numbers.firstIndex(atLeast: number)
            if place == numbers.count || numbers[place] != number {
                numbers.insert(number, at: place)
                masks.insert(.none, at: place)
            }
            masks[place].insert(rule)
        }

        func rules(of number: Int32) -> RuleMask {
            let place = numbers.firstIndex(atLeast: number)
            return place < numbers.count && numbers[place] == number ? masks[place] : .none
        }
    }
}
