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
    private var first = InlineArray<8, Name>(repeating: Name())
    private var firstCount = 0
    private var all: [Name] = []
    /// One more than an index in `all`; 0 is a free place. A power of two, at most half of it taken.
    private var table: [UInt32] = []
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
        for index in 0..<firstCount { all.append(first[index]) }
        all.append(name)
        fillTable(ofCount: 64, in: bytes)
        return true
    }

    private mutating func addToTable(_ name: Name, in bytes: Span<UInt8>) -> Bool {
        let slot = slot(of: name, in: bytes)
        guard table[slot] == 0 else { return false }
        all.append(name)
        table[slot] = UInt32(truncatingIfNeeded: all.count)
        if all.count * 2 >= table.count { fillTable(ofCount: table.count * 4, in: bytes) }
        return true
    }

    private mutating func fillTable(ofCount count: Int, in bytes: Span<UInt8>) {
        table = [UInt32](repeating: 0, count: count)
        for index in all.indices {
            table[slot(of: all[index], in: bytes)] = UInt32(truncatingIfNeeded: index + 1)
        }
    }

    /// Where the name stands in the table, or the free place where it would.
    private func slot(of name: Name, in bytes: Span<UInt8>) -> Int {
        var hasher = Hasher()
        let text = text(of: name, in: bytes)
        unsafe text.withUnsafeBytes { pointer in unsafe hasher.combine(bytes: pointer) }
        var slot = hasher.finalize() & (table.count - 1)
        while table[slot] != 0, !areEqual(all[Int(table[slot]) - 1], name, in: bytes) {
            slot = (slot + 1) & (table.count - 1)
        }
        return slot
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
