// SPDX-License-Identifier: Apache-2.0

/// The open connections by id: those that are served, and those that wait for their refusal.
struct Connections: Sequence {
    private var open: [UInt64: Connection] = [:]
    /// The connections without a place, oldest first.
    private(set) var refused: [Connection] = []
    private var lastId: UInt64 = 0

    var isEmpty: Bool { open.isEmpty }

    subscript(id: UInt64) -> Connection? { open[id] }

    func makeIterator() -> Dictionary<UInt64, Connection>.Values.Iterator { open.values.makeIterator() }

    /// Returns an id that no connection had before.
    mutating func makeId() -> UInt64 {
        lastId += 1
        return lastId
    }

    mutating func add(_ connection: Connection) {
        open[connection.id] = connection
        if connection.place == nil { refused.append(connection) }
    }

    /// Removes a connection.
    ///
    /// - Returns: Whether it was among them.
    mutating func remove(_ connection: Connection) -> Bool {
        guard open.removeValue(forKey: connection.id) != nil else { return false }
        if connection.place == nil { refused.removeAll { $0 === connection } }
        return true
    }
}
