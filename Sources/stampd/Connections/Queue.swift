// SPDX-License-Identifier: Apache-2.0

/// A first-in, first-out queue in one array with a moving front.
struct Queue<Element> {
    private var elements: [Element?] = []
    private var front = 0

    var isEmpty: Bool { front == elements.count }
    var count: Int { elements.count - front }

    mutating func append(_ element: Element) { elements.append(element) }

    mutating func popFirst() -> Element? {
        guard front < elements.count else { return nil }
        defer {
            elements[front] = nil
            front += 1
            if front == elements.count {
                elements.removeAll(keepingCapacity: true)
                front = 0
            } else if front >= 1024, front * 2 > elements.count {
                elements.removeSubrange(..<front)
                front = 0
            }
        }
        return elements[front]
    }
}
