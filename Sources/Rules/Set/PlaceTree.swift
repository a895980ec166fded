// SPDX-License-Identifier: Apache-2.0

/// Every place of a payload that some rule of a set looks at or lists, as one tree: a payload is walked along it once,
/// however many rules there are. Place 0 is the outermost object; as a child it means "none".
///
/// A class, so that to walk along it counts no references of its arrays.
final class PlaceTree: Sendable {
    struct Place: Sendable {
        let parent: Int
        let isElement: Bool
        /// Whether a condition looks at it.
        var isLookedAt = false
        /// Of an array: the place of each of its elements.
        var element = 0
        fileprivate(set) var firstChild = 0
        fileprivate(set) var childCount = 0
        /// The rules that let a scalar stand there, or an array of scalars.
        var leaf = RuleMask.none
        /// The rules that let anything stand there.
        var open = RuleMask.none
        /// The rules that list a place below it.
        var above = RuleMask.none

        fileprivate init(parent: Int, isElement: Bool) {
            self.parent = parent
            self.isElement = isElement
        }
    }

    let places: [Place]
    let longestName: Int
    private let names: TextTable
    /// Children by name, those of one place together, by the numbers of their names.
    private let childNames: [Int]
    private let childPlaces: [Int]

    init(_ growing: consuming GrowingPlaceTree) {
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

    /// 0 where no rule knows such a member.
    func child(of place: Int, named name: Span<UInt8>) -> Int {
        let count = places[place].childCount
        guard count > 0, let number = names.number(of: name) else { return 0 }
        var low = places[place].firstChild
        var high = low + count
        while low < high {
            let middle = (low + high) / 2
            if childNames[middle] < number { low = middle + 1 } else { high = middle }
        }
        guard low < places[place].firstChild + count, childNames[low] == number else { return 0 }
        return childPlaces[low]
    }
}

/// A tree while rules add their places.
struct GrowingPlaceTree {
    fileprivate struct Child: Hashable {
        let place: Int
        let name: Int
    }

    fileprivate var places = [PlaceTree.Place(parent: 0, isElement: false)]
    fileprivate var names = TextTable()
    private var growing: [Child: Int] = [:]

    fileprivate var sortedChildren: [(key: Child, value: Int)] {
        growing.sorted { ($0.key.place, $0.key.name) < ($1.key.place, $1.key.name) }
    }

    /// The place that the parts lead to from `start`, new or old.
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

    /// The rule lists the place.
    mutating func list(_ place: Int, isOpen: Bool, of rule: Int) {
        if isOpen { places[place].open.insert(rule) } else { places[place].leaf.insert(rule) }
        var above = places[place].parent
        while above != 0 {
            places[above].above.insert(rule)
            above = places[above].parent
        }
    }
}
