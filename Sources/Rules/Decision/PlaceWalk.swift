// SPDX-License-Identifier: Apache-2.0
internal import Varlink

/// What a walk of a payload along a set's places found: the values that conditions look at, and for each rule the first
/// value that it does not let stand there.
struct PlaceWalk {
    struct Visits {
        /// Values that stand at the place.
        var count: UInt32 = 0
        /// Those that are arrays with at least one element.
        var filledArrays: UInt32 = 0
        /// The first of them, of a place that is looked at.
        var first: UInt32 = 0
        /// One more than the index of the link to the next; 0 at the end.
        fileprivate(set) var link: UInt32 = 0
        fileprivate var lastLink: UInt32 = 0
        /// The number of the text that stands there alone, once it was looked up.
        fileprivate var textNumber: ConditionTexts.Number?
        fileprivate var reading: UInt32 = 0
    }

    private struct Link {
        let node: UInt32
        var next: UInt32
    }

    private struct Failure {
        let rules: RuleMask
        let node: Int
        let reason: Reason
    }

    /// Kept from one payload to the next: visits of a former one are told by its number, and not wiped.
    private var visits: [Visits] = []
    private var reading: UInt32 = 0
    private var links: [Link] = []
    private var failures: [Failure] = []
    /// The rules that list, and have met nothing that they do not let stand there.
    private var open = RuleMask.none

    /// Visits everything that a rule looks at, or lists.
    mutating func walk(
        _ payload: borrowing Payload,
        _ outermost: Outermost,
        along set: borrowing RuleSet,
        for rules: RuleMask
    ) {
        reading &+= 1
        if reading == 0 {
            visits.removeAll(keepingCapacity: true)
            reading = 1
        }
        while visits.count < set.tree.places.count { visits.append(Visits()) }
        links.removeAll(keepingCapacity: true)
        failures.removeAll(keepingCapacity: true)
        open = rules & set.listing
        begin(0)
        visits[0].count = 1
        var name = 1
        while name < payload.nodes[0].next {
            let value = name + 1
            let place = payload.withText(name, maximumByteCount: set.tree.longestName) {
                set.tree.child(of: 0, named: $0)
            }
            if !outermost.isActivity { judgeMember(value, at: place ?? 0, payload, set) }
            if let place, place != 0 {
                if outermost.isActivity, value == outermost.parameters {
                    visitParameters(value, at: place, payload, set)
                } else {
                    visit(value, at: place, payload, set, .none)
                }
            }
            name = payload.nodes[value].next
        }
    }

    /// What the rule does not let stand there first.
    func failure(of rule: Int) -> (node: Int, reason: Reason)? {
        for failure in failures where failure.rules.contains(rule) { return (failure.node, failure.reason) }
        return nil
    }

    subscript(place: Int) -> Visits { visits[place].reading == reading ? visits[place] : Visits() }

    /// The number that was kept of the text that stands there alone.
    func textNumber(at place: Int) -> ConditionTexts.Number? {
        visits[place].reading == reading ? visits[place].textNumber : nil
    }

    /// Keeps the number of a text at a place that is reached throughout.
    mutating func keep(_ number: ConditionTexts.Number, at place: Int) {
        if visits[place].count == 1 { visits[place].textNumber = number }
    }

    /// The value behind this one at the same place.
    func next(_ link: inout UInt32) -> Int? {
        guard link != 0 else { return nil }
        let found = links[Int(link) - 1]
        link = found.next
        return Int(found.node)
    }

    /// Whether each value on the way to the place leads to one there: no member is lacking, no array empty.
    func isReachedThroughout(_ place: Int, in tree: PlaceTree) -> Bool {
        var place = place
        while place != 0 {
            let parent = tree.places[place].parent
            let expected = tree.places[place].isElement ? self[parent].filledArrays : self[place].count
            guard self[parent].count == expected else { return false }
            place = parent
        }
        return true
    }
}

extension PlaceWalk {
    private mutating func fail(_ rules: RuleMask, at node: Int, _ reason: Reason = .fieldExtra) {
        let failing = rules & open
        guard !failing.isEmpty else { return }
        failures.append(Failure(rules: failing, node: node, reason: reason))
        open = open & ~failing
    }

    /// A member of a query: listed, and a scalar or an array of scalars, or the page wanted.
    private mutating func judgeMember(
        _ node: Int,
        at place: Int,
        _ payload: borrowing Payload,
        _ set: borrowing RuleSet
    ) {
        fail(place == 0 ? open : open & ~set.tree.places[place].leaf, at: node)
        if payload.isScalarOrArrayOfScalars(node) { return }
        if place == set.paginationPlace, payload.kind(node) == .object {
            var isPlain = true
            var value = node + 2
            while isPlain, value - 1 < payload.nodes[node].next {
                isPlain = payload.isScalar(value)
                value = payload.nodes[value].next + 1
            }
            if isPlain { return }
        }
        fail(open, at: node, .fieldType)
    }

    private mutating func visitParameters(
        _ node: Int,
        at place: Int,
        _ payload: borrowing Payload,
        _ set: borrowing RuleSet
    ) {
        reach(node, at: place, set)
        visitMembers(of: node, at: place, payload, set, open)
    }

    private mutating func begin(_ place: Int) {
        guard visits[place].reading != reading else { return }
        visits[place] = Visits()
        visits[place].reading = reading
    }

    private mutating func reach(_ node: Int, at place: Int, _ set: borrowing RuleSet) {
        begin(place)
        visits[place].count += 1
        guard set.tree.places[place].isLookedAt else { return }
        let node = UInt32(truncatingIfNeeded: node)
        if visits[place].count == 1 {
            visits[place].first = node
            return
        }
        links.append(Link(node: node, next: 0))
        let link = UInt32(truncatingIfNeeded: links.count)
        if visits[place].lastLink == 0 {
            visits[place].link = link
        } else {
            links[Int(visits[place].lastLink) - 1].next = link
        }
        visits[place].lastLink = link
    }

    /// `rules` are those that list, and whose list goes on here.
    private mutating func visitMembers(
        of node: Int,
        at place: Int,
        _ payload: borrowing Payload,
        _ set: borrowing RuleSet,
        _ rules: RuleMask
    ) {
        let end = payload.nodes[node].next
        if set.tree.places[place].childCount == 0 {
            // Nothing is known below: any member is one too many.
            if node + 1 < end { fail(rules, at: node + 2) }
            return
        }
        var name = node + 1
        while name < end {
            let value = name + 1
            let child = payload.withText(name, maximumByteCount: set.tree.longestName) {
                set.tree.child(of: place, named: $0)
            }
            if let child, child != 0 {
                visit(value, at: child, payload, set, rules & open)
            } else {
                fail(rules, at: value)
            }
            name = payload.nodes[value].next
        }
    }

    private mutating func visit(
        _ node: Int,
        at place: Int,
        _ payload: borrowing Payload,
        _ set: borrowing RuleSet,
        _ rules: RuleMask
    ) {
        reach(node, at: place, set)
        let (leaf, above, anything) = masks(at: place, set)
        let asking = rules & ~anything
        switch payload.kind(node) {
        case .object:
            fail(asking & ~above, at: node)
            visitMembers(of: node, at: place, payload, set, asking & above)
        case .array:
            fail(asking & ~above & ~leaf, at: node)
            visitElements(of: node, at: place, payload, set, asking & (above | leaf))
        default: fail(asking & ~leaf, at: node)
        }
    }

    private mutating func visitElements(
        of node: Int,
        at place: Int,
        _ payload: borrowing Payload,
        _ set: borrowing RuleSet,
        _ rules: RuleMask
    ) {
        let end = payload.nodes[node].next
        guard node + 1 < end else { return }
        visits[place].filledArrays += 1
        let (leaf, _, _) = masks(at: place, set)
        let elementPlace = set.tree.places[place].element
        let (elementLeaf, elementAbove, elementOpen) =
            elementPlace == 0 ? (.none, .none, .none) : masks(at: elementPlace, set)
        var element = node + 1
        while element < end {
            if payload.isScalar(element) {
                if elementPlace != 0 { reach(element, at: elementPlace, set) }
                fail(rules & ~leaf & ~elementLeaf & ~elementOpen, at: element)
            } else {
                // An array of scalars alone is what the list lets stand here; or the element's own place is listed.
                let below = elementAbove | elementOpen | (payload.kind(element) == .array ? elementLeaf : .none)
                fail(rules & leaf & ~below, at: node)
                if elementPlace != 0 {
                    visit(element, at: elementPlace, payload, set, rules & open)
                } else {
                    fail(rules, at: element)
                }
            }
            element = payload.nodes[element].next
            // Nothing is looked at or asked any more.
            if elementPlace == 0, (rules & open).isEmpty { return }
        }
    }

    private func masks(at place: Int, _ set: borrowing RuleSet) -> (RuleMask, RuleMask, RuleMask) {
        let places = set.tree.places
        return (places[place].leaf, places[place].above, places[place].open)
    }
}
