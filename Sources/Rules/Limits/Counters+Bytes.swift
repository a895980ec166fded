// SPDX-License-Identifier: Apache-2.0

/// Reads and writes counters as bytes: an area of fixed size with one place for each counter, so that a charge writes
/// only what it changes. Integers are little-endian.
///
/// ```text
/// area     64 bytes: "stampd counters\n", version (8), moment since which counters were unreadable or -1 (8), count
///          of places ever used (8), hash of all before it (8), zeros; then 1,024 places
/// place    hash (8) of all behind it; name, party, buckets: their counts (2, 2, 2), 0 (2); window (8);
///          identity (16); name (48), party (512), padded with zeros; 65 buckets: index (8), amount (32)
/// free     a place that is all zeros
/// ```
extension Counters {
    /// The faults of an area.
    package enum ReadingError: Error, Equatable, Sendable {
        case size, header, place
    }

    private static let magic = Array("stampd counters\n".utf8)
    private static let version: UInt64 = 1
    private static let headerByteCount = 64
    private static let bucketByteCount = 40
    private static let maximumBuckets = Int(liveBuckets) + 1
    private static let nameOffset = 40
    private static let partyOffset = nameOffset + RuleLimits.maximumNameByteCount
    private static let bucketOffset = partyOffset + maximumPartyByteCount
    private static let placeByteCount = bucketOffset + maximumBuckets * bucketByteCount

    /// The size of the area in bytes.
    package static let byteCount = headerByteCount + RuleLimits.maximumCounterCount * placeByteCount

    /// Writes what changed since the last call.
    ///
    /// - Parameter area: `byteCount` bytes, zeros at first, to which nothing else writes.
    package mutating func writeChanges(to area: inout MutableSpan<UInt8>) {
        guard area.count == Self.byteCount else { return }
        for index in Self.magic.indices { area[index] = Self.magic[index] }
        area.write(Self.version, at: 16)
        area.write(UInt64(bitPattern: unreadableSince ?? -1), at: 24)
        area.write(UInt64(slots.count), at: 32)
        area.write(area.span.extracting(..<40).tableHash, at: 40)
        for number in changed { write(number, to: &area) }
        changed = []
    }

    private func write(_ number: Int, to area: inout MutableSpan<UInt8>) {
        let start = Self.headerByteCount + number * Self.placeByteCount
        for offset in start..<(start + Self.placeByteCount) { area[offset] = 0 }
        guard let (key, counter) = slots[number] else { return }
        area.write(UInt16(truncatingIfNeeded: key.name.bytes.count), at: start + 8)
        area.write(UInt16(truncatingIfNeeded: key.party.bytes.count), at: start + 10)
        area.write(UInt16(truncatingIfNeeded: counter.buckets.count), at: start + 12)
        area.write(UInt64(bitPattern: counter.window), at: start + 16)
        area.write(UInt64(truncatingIfNeeded: counter.identity), at: start + 24)
        area.write(UInt64(truncatingIfNeeded: counter.identity >> 64), at: start + 32)
        for (index, byte) in key.name.bytes.enumerated() { area[start + Self.nameOffset + index] = byte }
        for (index, byte) in key.party.bytes.enumerated() { area[start + Self.partyOffset + index] = byte }
        for (index, bucket) in counter.buckets.enumerated() {
            let offset = start + Self.bucketOffset + index * Self.bucketByteCount
            area.write(UInt64(bitPattern: bucket.index), at: offset)
            for limb in 0..<4 { area.write(bucket.amount[limb], at: offset + 8 + limb * 8) }
        }
        area.write(area.span.hash(ofPlaceAt: start), at: start)
    }

    /// Reads an area strictly. Any byte that `writeChanges` cannot have written, or a charge later than `now`, refuses
    /// the whole.
    ///
    /// - Parameters:
    ///   - area: `byteCount` bytes.
    ///   - now: CLOCK_BOOTTIME in nanoseconds.
    /// - Throws: `ReadingError`.
    package init(reading area: Span<UInt8>, at now: Int64) throws(ReadingError) {
        self.init()
        guard area.count == Self.byteCount else { throw .size }
        guard area.extracting(..<16).equals(Self.magic), area.word(at: 16) == Self.version else { throw .header }
        guard area.word(at: 40) == area.extracting(..<40).tableHash, area.isZero(48..<Self.headerByteCount) else {
            throw .header
        }
        let since = Int64(bitPattern: area.word(at: 24))
        guard (-1...max(now, -1)).contains(since) else { throw .header }
        unreadableSince = since == -1 ? nil : since
        guard let count = Int(exactly: area.word(at: 32)), count <= RuleLimits.maximumCounterCount else {
            throw .header
        }
        for number in 0..<count {
            let start = Self.headerByteCount + number * Self.placeByteCount
            guard !area.isZero(start..<(start + Self.placeByteCount)) else {
                appendFree()
                continue
            }
            let (key, counter) = try Self.readPlace(at: start, of: area, now)
            guard append(key, counter) else { throw .place }
        }
    }

    private static func readPlace(
        at start: Int,
        of area: Span<UInt8>,
        _ now: Int64
    ) throws(ReadingError) -> (Key, Counter) {
        let counts = area.word(at: start + 8)
        let (name, party) = (Int(counts & 0xFFFF), Int(counts >> 16 & 0xFFFF))
        let (buckets, window) = (Int(counts >> 32 & 0xFFFF), Int64(bitPattern: area.word(at: start + 16)))
        guard area.word(at: start) == area.hash(ofPlaceAt: start), counts >> 48 == 0,
            (1...RuleLimits.maximumNameByteCount).contains(name), party <= maximumPartyByteCount,
            buckets <= maximumBuckets, RuleLimits.limitWindow.contains(window),
            area.isZero((start + nameOffset + name)..<(start + partyOffset)),
            area.isZero((start + partyOffset + party)..<(start + bucketOffset)),
            area.isZero((start + bucketOffset + buckets * bucketByteCount)..<(start + placeByteCount))
        else { throw .place }
        let nameText = Text(area.extracting((start + nameOffset)..<(start + nameOffset + name)).array)
        let partyText = Text(area.extracting((start + partyOffset)..<(start + partyOffset + party)).array)
        guard SetReader.isName(nameText) else { throw .place }
        let identity = UInt128(area.word(at: start + 32)) << 64 | UInt128(area.word(at: start + 24))
        var counter = Counter(identity: identity, window: window, buckets: [])
        let current = max(now, 0) / counter.step
        for index in 0..<buckets {
            let offset = start + bucketOffset + index * bucketByteCount
            let amount = UInt256(
                area.word(at: offset + 8),
                area.word(at: offset + 16),
                area.word(at: offset + 24),
                area.word(at: offset + 32)
            )
            let bucket = Bucket(index: Int64(bitPattern: area.word(at: offset)), amount: amount)
            let previous = counter.buckets.last?.index ?? -1
            guard bucket.index > previous, bucket.index <= current, amount != .zero,
                bucket.index - (counter.buckets.first?.index ?? bucket.index) <= liveBuckets
            else { throw .place }
            counter.buckets.append(bucket)
        }
        return (Key(name: nameText, party: partyText), counter)
    }
}

extension Span<UInt8> {
    fileprivate func word(at offset: Int) -> UInt64 {
        var word: UInt64 = 0
        for index in 0..<8 { word |= UInt64(self[offset + index]) << UInt64(index * 8) }
        return word
    }

    fileprivate func isZero(_ range: Range<Int>) -> Bool {
        for offset in range where self[offset] != 0 { return false }
        return true
    }

    fileprivate func hash(ofPlaceAt start: Int) -> UInt64 {
        extracting((start + 8)..<(start + Counters.placeSize)).tableHash
    }
}

extension Counters {
    fileprivate static var placeSize: Int { placeByteCount }
}

extension MutableSpan<UInt8> {
    fileprivate mutating func write(_ value: some FixedWidthInteger, at offset: Int) {
        for index in 0..<(value.bitWidth / 8) {
            self[offset + index] = UInt8(truncatingIfNeeded: value >> (index * 8))
        }
    }
}
