// SPDX-License-Identifier: Apache-2.0

/// Records that the journal did not take yet, oldest first, and how many found no place.
struct RecordRing {
    /// A record has some 700 bytes, 1.5 KiB at most.
    static let capacity = 1024
    /// Refusals take no more, so that they never take the place of a stamp's record.
    static let capacityForRefusals = capacity / 2

    private var slots = [[UInt8]](repeating: [], count: capacity)
    private var first = 0
    private(set) var count = 0

    var oldest: [UInt8]? { count == 0 ? nil : slots[first] }
    var isFull: Bool { count == Self.capacity }

    mutating func append(_ record: [UInt8]) {
        slots[(first + count) % Self.capacity] = record
        count += 1
    }

    mutating func removeOldest() {
        slots[first] = []
        first = (first + 1) % Self.capacity
        count -= 1
    }
}
