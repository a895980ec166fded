// SPDX-License-Identifier: Apache-2.0

/// Records that were not handed over to the journal yet, oldest first.
struct RecordRing {
    private var slots: [[UInt8]]
    private var first = 0
    private(set) var count = 0

    /// Creates a ring. A record has some 800 bytes, at most 2.9 KiB.
    init(capacity: Int) { slots = [[UInt8]](repeating: [], count: capacity) }

    var capacity: Int { slots.count }
    /// Whether a refusal's record may be added. Refusals take at most half, so that they never displace a stamp's
    /// record.
    var hasRoomForRefusals: Bool { count < capacity / 2 }
    var isFull: Bool { count == capacity }

    mutating func append(_ record: [UInt8]) {
        slots[(first + count) % capacity] = record
        count += 1
    }

    /// Appends the oldest `maximumCount` records, one after the other, and their lengths.
    func copyOldest(_ maximumCount: Int, to bytes: inout [UInt8], lengths: inout [UInt32]) {
        for index in 0..<min(maximumCount, count) {
            let record = slots[(first + index) % capacity]
            bytes += record
            lengths.append(UInt32(clamping: record.count))
        }
    }

    mutating func removeOldest(_ removedCount: Int) {
        for _ in 0..<removedCount {
            slots[first] = []
            first = (first + 1) % capacity
            count -= 1
        }
    }
}
