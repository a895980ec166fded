// SPDX-License-Identifier: Apache-2.0

/// Records that the journal did not take yet, oldest first, and how many found no place.
struct RecordRing {
    private var slots: [[UInt8]]
    private var first = 0
    private(set) var count = 0

    /// A record has some 700 bytes, 1.5 KiB at most.
    init(capacity: Int) { slots = [[UInt8]](repeating: [], count: capacity) }

    var capacity: Int { slots.count }
    /// Refusals take no more, so that they never take the place of a stamp's record.
    var hasRoomForRefusals: Bool { count < capacity / 2 }
    var oldest: [UInt8]? { count == 0 ? nil : slots[first] }
    var isFull: Bool { count == capacity }

    mutating func append(_ record: [UInt8]) {
        slots[(first + count) % capacity] = record
        count += 1
    }

    mutating func removeOldest() {
        slots[first] = []
        first = (first + 1) % capacity
        count -= 1
    }
}
