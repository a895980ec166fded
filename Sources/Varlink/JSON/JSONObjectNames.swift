// SPDX-License-Identifier: Apache-2.0

/// The names met so far in one object, to refuse one that stands twice.
///
/// The first eight are kept in place and compared one by one: every object of our interfaces fits. From the ninth on a
/// table finds them by a hash whose seed is the process's own, so that n names cost n steps, whoever chose them.
struct JSONObjectNames {
    /// A name without escapes is a range of the text; one with escapes is a range of `unescaped`.
    private struct Name {
        var start: UInt32 = 0
        var end: UInt32 = 0
        var isUnescaped = false

        var range: Range<Int> { Int(start)..<Int(end) }
    }

    private static let inPlace = 8
    /// The half of a place that holds the index.
    private static let index: UInt64 = 0xFFFF_FFFF
    private var first = InlineArray<8, Name>(repeating: Name())
    private var firstCount = 0
    private var all: [Name] = []
    /// One more than an index in `all`, and the high half of the name's hash; 0 is a free place. A power of two, at most
    /// half of it taken.
    private var table: [UInt64] = []
    private var unescaped: [UInt8] = []

    mutating func add(_ token: JSONToken, in reader: JSONReader) throws(JSONError) {
        let name = try makeName(token, in: reader)
        let isNew = all.isEmpty ? addInPlace(name, in: reader.bytes) : addToTable(name, in: reader.bytes)
        guard isNew else { throw JSONError(reason: .duplicateName, offset: token.start) }
    }

    private mutating func addInPlace(_ name: Name, in bytes: Span<UInt8>) -> Bool {
        for index in 0..<firstCount where areEqual(first[index], name, in: bytes) { return false }
        if firstCount < Self.inPlace {
            first[firstCount] = name
            firstCount += 1
            return true
        }
        table = [UInt64](repeating: 0, count: 64)
        for index in 0..<firstCount { _ = addToTable(first[index], in: bytes) }
        return addToTable(name, in: bytes)
    }

    private mutating func addToTable(_ name: Name, in bytes: Span<UInt8>) -> Bool {
        let hash = hash(of: name, in: bytes)
        var slot = Int(truncatingIfNeeded: hash >> 32) & (table.count - 1)
        while table[slot] != 0 {
            // The text is looked at where the hashes are the same.
            if (table[slot] ^ hash) >> 32 == 0, areEqual(all[Int(table[slot] & Self.index) - 1], name, in: bytes) {
                return false
            }
            slot = (slot + 1) & (table.count - 1)
        }
        all.append(name)
        table[slot] = hash & ~Self.index | UInt64(all.count)
        if all.count * 2 >= table.count { growTable() }
        return true
    }

    private mutating func growTable() {
        let old = table
        table = [UInt64](repeating: 0, count: old.count * 4)
        for entry in old where entry != 0 {
            var slot = Int(truncatingIfNeeded: entry >> 32) & (table.count - 1)
            while table[slot] != 0 { slot = (slot + 1) & (table.count - 1) }
            table[slot] = entry
        }
    }

    private func hash(of name: Name, in bytes: Span<UInt8>) -> UInt64 {
        var hasher = Hasher()
        let text = text(of: name, in: bytes)
        unsafe text.withUnsafeBytes { pointer in unsafe hasher.combine(bytes: pointer) }
        return UInt64(bitPattern: Int64(hasher.finalize()))
    }

    private mutating func makeName(_ token: JSONToken, in reader: JSONReader) throws(JSONError) -> Name {
        var range = token.start..<token.end
        if token.hasEscapes {
            let start = unescaped.count
            try reader.append(token, to: &unescaped)
            range = start..<unescaped.count
        }
        guard let start = UInt32(exactly: range.lowerBound), let end = UInt32(exactly: range.upperBound) else {
            throw JSONError(reason: .tooLong, offset: token.start)
        }
        return Name(start: start, end: end, isUnescaped: token.hasEscapes)
    }

    private func areEqual(_ one: Name, _ other: Name, in bytes: Span<UInt8>) -> Bool {
        guard one.range.count == other.range.count else { return false }
        return text(of: one, in: bytes).equals(text(of: other, in: bytes))
    }

    @_lifetime(borrow self, copy bytes)
    private func text(of name: Name, in bytes: Span<UInt8>) -> Span<UInt8> {
        name.isUnescaped ? unescaped.span.extracting(name.range) : bytes.extracting(name.range)
    }
}
