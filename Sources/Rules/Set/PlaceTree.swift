// SPDX-License-Identifier: Apache-2.0

/// The places of a payload that a set's rules look at or list, as one tree, so that a payload is walked once however
/// many rules there are. Place 0 is the outermost object; as a child, 0 means "none".
///
/// A class, so that walking along it does not count references of its arrays.
final class PlaceTree: Sendable {
    struct Place: Sendable {
        let parent: Int
        let isElement: Bool
        /// Whether a condition looks at the place.
        var isLookedAt = false
        /// For an array, the place of its elements.
        var element = 0
        fileprivate(set) var firstChild = 0
        fileprivate(set) var childCount = 0
        /// The rules that allow a scalar or an array of scalars here.
        var leaf = RuleMask.none
        /// The rules that allow any value here.
        var open = RuleMask.none
        /// The rules that list a place below this one.
        var above = RuleMask.none

        /// Whether a rule looks at the place or knows a place below it.
        var isLookedAtOrBelow: Bool { isLookedAt || childCount > 0 || element != 0 }

        fileprivate init(parent: Int, isElement: Bool) {
            self.parent = parent
            self.isElement = isElement
        }
    }

    /// The members of an activity, each with the same place in every tree.
    enum Outermost: Int, CaseIterable {
        case type = 1
        case timestampMs, organizationId, parameters, generateAppProofs

        var name: Text { Text("\(self)") }
    }

    let places: [Place]
    let paginationPlace: Int
    let longestName: Int
    private let names: TextTable
    /// Children by the numbers of their names; those of one place stand together.
    private let childNames: [Int]
    private let childPlaces: [Int]

    init(_ growing: consuming GrowingPlaceTree, paginationPlace: Int) {
        self.paginationPlace = paginationPlace
        var (places, childNames, childPlaces) = (growing.places, [Int](), [Int]())
        for (child, place) in growing.sortedChildren {
            if places[child.place].childCount == 0 { places[child.place].firstChild = childNames.count }
            places[child.place].childCount += 1
            childNames.append(child.name)
            childPlaces.append(place)
        }
        names = growing.names
        longestName = names.longestText
        (self.places, self.childNames, self.childPlaces) = (places, childNames, childPlaces)
    }

    /// Returns a child by name; 0 if no rule knows such a member.
    func child(of place: Int, named name: Span<UInt8>) -> Int {
        let count = places[place].childCount
        guard count > 0, let number = names.number(of: name) else { return 0 }
        let low = places[place].firstChild
        let index = childNames.firstIndex(atLeast: number, from: low, to: low + count)
        return index < low + count && childNames[index] == number ? childPlaces[index] : 0
    }
}

/// Builds a `PlaceTree` while rules are added.
struct GrowingPlaceTree {
    fileprivate struct Child: Hashable {
        let place: Int
        let name: Int
    }

    fileprivate var places = [PlaceTree.Place(parent: 0, isElement: false)]
    fileprivate var names = TextTable()
    private var growing: [Child: Int] = [:]

    init() {
        for member in PlaceTree.Outermost.allCases { _ = insert([.name(member.name)]) }
    }

    fileprivate var sortedChildren: [(key: Child, value: Int)] {
        growing.sorted { ($0.key.place, $0.key.name) < ($1.key.place, $1.key.name) }
    }

    /// Returns the place that the parts lead to from `start`, and creates it where needed.
    mutating func insert(_ parts: some Sequence<Pointer.Part>, from start: Int = 0) -> Int {
        var place = start
        for part in parts {
            switch part {
            case .element:
                if places[place].element == 0 {
                    places[place].element = places.count
                    places.append(PlaceTree.Place(parent: place, isElement: true))
                }
                place = places[place].element
            case .name(let name):
                let child = Child(place: place, name: names.insert(name.bytes.span))
                if growing[child] == nil {
                    growing[child] = places.count
                    places.append(PlaceTree.Place(parent: place, isElement: false))
                }
                place = growing[child] ?? 0
            }
        }
        return place
    }

    mutating func look(at place: Int) { places[place].isLookedAt = true }

    /// Records that the rule lists the place.
    mutating func list(_ place: Int, isOpen: Bool, of rule: Int) {
        if isOpen { places[place].open.insert(rule) } else { places[place].leaf.insert(rule) }
        var above = places[place].parent
        while above != 0 {
            places[above].above.insert(rule)
            above = places[above].parent
        }
    }
}
