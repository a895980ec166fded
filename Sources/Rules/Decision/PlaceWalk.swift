// SPDX-License-Identifier: Apache-2.0
internal import Varlink

/// One walk through a payload along a set's places. It collects the values that conditions look at, and for each rule
/// the first value that the rule does not allow.
struct PlaceWalk {
    struct Visits {
        /// How many values stand at the place.
        var count: UInt32 = 0
        /// How many of them are arrays with at least one element.
        var filledArrays: UInt32 = 0
        /// The node of the first value, where a condition looks at the place.
        var first: UInt32 = 0
        /// The index of the link to the next value, plus one; 0 at the end.
        fileprivate(set) var link: UInt32 = 0
        fileprivate var lastLink: UInt32 = 0
        /// The number of the only text at the place, once it was looked up.
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

    /// The visits, by place. They are reused: those of an earlier payload are recognised by its number, so they need
    /// not be cleared.
    private var visits: [Visits] = []
    private var reading: UInt32 = 0
    private var links: [Link] = []
    private var failures: [Failure] = []
    /// The listing rules that have not yet met a value that they do not allow.
    private var open = RuleMask.none

    /// Visits every value that a rule looks at or lists; `rules` are the rules that list.
    mutating func walk(
        _ payload: borrowing Payload,
        _ outermost: Outermost,
        along tree: PlaceTree,
        for rules: RuleMask
    ) {
        reading &+= 1
        if reading == 0 {
            visits.removeAll(keepingCapacity: true)
            reading = 1
        }
        while visits.count < tree.places.count { visits.append(Visits()) }
        links.removeAll(keepingCapacity: true)
        failures.removeAll(keepingCapacity: true)
        open = rules
        begin(0)
        visits[0].count = 1
        var (name, index) = (1, 0)
        while name < payload.nodes[0].next {
            let value = name + 1
            let place = outermost.place(ofMember: index, named: name, payload, tree)
            index += 1
            if !outermost.isActivity { judgeMember(value, at: place, payload, tree) }
            if outermost.isActivity, value == outermost.parameters {
                visitParameters(value, at: place, payload, tree)
            } else if place != 0, tree.places[place].isLookedAtOrBelow {
                visit(value, at: place, payload, tree, .none)
            }
            name = payload.nodes[value].next
        }
    }

    /// Returns the first value that the rule does not allow, and why.
    func failure(of rule: Int) -> (node: Int, reason: Reason)? {
        for failure in failures where failure.rules.contains(rule) { return (failure.node, failure.reason) }
        return nil
    }

    subscript(place: Int) -> Visits { visits[place].reading == reading ? visits[place] : Visits() }

    /// Returns the number kept for the only text at a place.
    func textNumber(at place: Int) -> ConditionTexts.Number? {
        visits[place].reading == reading ? visits[place].textNumber : nil
    }

    /// Keeps the number of the only text at a place that every way reaches.
    mutating func keep(_ number: ConditionTexts.Number, at place: Int) {
        if visits[place].count == 1 { visits[place].textNumber = number }
    }

    /// Returns the next value at the same place.
    func next(_ link: inout UInt32) -> Int? {
        guard link != 0 else { return nil }
        let found = links[Int(link) - 1]
        link = found.next
        return Int(found.node)
    }

    /// Whether every value on the way to the place leads to a value there: no member is missing, and no array is empty.
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

    /// Judges a member of a query, which must be listed and a scalar or an array of scalars, or a page request.
    private mutating func judgeMember(
        _ node: Int,
        at place: Int,
        _ payload: borrowing Payload,
        _ tree: PlaceTree
    ) {
        fail(place == 0 ? open : open & ~tree.places[place].leaf, at: node)
        if payload.isScalarOrArrayOfScalars(node) { return }
        if place == tree.paginationPlace, payload.kind(node) == .object {
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
        _ tree: PlaceTree
    ) {
        reach(node, at: place, tree)
        visitMembers(of: node, at: place, payload, tree, open)
    }

    private mutating func begin(_ place: Int) {
        guard visits[place].reading != reading else { return }
        visits[place] = Visits()
        visits[place].reading = reading
    }

    private mutating func reach(_ node: Int, at place: Int, _ tree: PlaceTree) {
        begin(place)
        visits[place].count += 1
        guard tree.places[place].isLookedAt else { return }
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

    /// Visits an object's members; `rules` are the rules that list places below here.
    private mutating func visitMembers(
        of node: Int,
        at place: Int,
        _ payload: borrowing Payload,
        _ tree: PlaceTree,
        _ rules: RuleMask
    ) {
        let end = payload.nodes[node].next
        if tree.places[place].childCount == 0 {
            // No rule knows a place below, so any member is refused.
            if node + 1 < end { fail(rules, at: node + 2) }
            return
        }
        var name = node + 1
        while name < end {
            let value = name + 1
            let child = payload.withText(name, maximumByteCount: tree.longestName) {
                tree.child(of: place, named: $0)
            }
            if let child, child != 0 {
                visit(value, at: child, payload, tree, rules & open)
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
        _ tree: PlaceTree,
        _ rules: RuleMask
    ) {
        reach(node, at: place, tree)
        let (leaf, above, anything) = masks(at: place, tree)
        let asking = rules & ~anything
        switch payload.kind(node) {
        case .object:
            fail(asking & ~above, at: node)
            visitMembers(of: node, at: place, payload, tree, asking & above)
        case .array:
            fail(asking & ~above & ~leaf, at: node)
            visitElements(of: node, at: place, payload, tree, asking & (above | leaf))
        default: fail(asking & ~leaf, at: node)
        }
    }

    private mutating func visitElements(
        of node: Int,
        at place: Int,
        _ payload: borrowing Payload,
        _ tree: PlaceTree,
        _ rules: RuleMask
    ) {
        let end = payload.nodes[node].next
        guard node + 1 < end else { return }
        visits[place].filledArrays += 1
        let (leaf, _, _) = masks(at: place, tree)
        let elementPlace = tree.places[place].element
        let (elementLeaf, elementAbove, elementOpen) =
            elementPlace == 0 ? (.none, .none, .none) : masks(at: elementPlace, tree)
        var element = node + 1
        while element < end {
            if payload.isScalar(element) {
                if elementPlace != 0 { reach(element, at: elementPlace, tree) }
                fail(rules & ~leaf & ~elementLeaf & ~elementOpen, at: element)
            } else {
                // A list that names this place allows an array of scalars; other elements need their own place listed.
                let below = elementAbove | elementOpen | (payload.kind(element) == .array ? elementLeaf : .none)
                fail(rules & leaf & ~below, at: node)
                if elementPlace != 0 {
                    visit(element, at: elementPlace, payload, tree, rules & open)
                } else {
                    fail(rules, at: element)
                }
            }
            element = payload.nodes[element].next
            // No condition and no list is left to check.
            if elementPlace == 0, (rules & open).isEmpty { return }
        }
    }

    private func masks(at place: Int, _ tree: PlaceTree) -> (RuleMask, RuleMask, RuleMask) {
        (tree.places[place].leaf, tree.places[place].above, tree.places[place].open)
    }
}
