// SPDX-License-Identifier: Apache-2.0

/// The names read so far in one object, kept to refuse a name that occurs twice.
///
/// The first eight names without escapes are kept in place and compared one by one, which is enough for every object of
/// our interfaces. Beyond them a hash table finds names. Its hash has a seed that is random in each process, so that n
/// names cost n steps even when an attacker chose them. The table holds no text: a name with an equal hash is read
/// again from the JSON text.
struct JSONObjectNames {
    private static let inPlace = 8
    /// Masks the low half of a table's entry, which holds the name's offset.
    private static let offset: UInt64 = 0xFFFF_FFFF
    /// Each name's offset in the high half and its length in the low half, so that a name of another length costs one
    /// comparison.
    private var first = InlineArray<8, UInt64>(repeating: 0)
    private var count = 0
    /// The hash table: in an entry's low half the offset of a name's text, which is never 0, in its high half that of
    /// its hash; 0 is a free entry. The size is a power of two, and at most half of the entries are taken.
    private var table: [UInt64] = []

    mutating func add(_ name: JSONToken, in reader: JSONReader) throws(JSONError) {
        let isNew = table.isEmpty ? addInPlace(name, in: reader) : addToTable(name, in: reader)
        guard isNew else { throw JSONError(reason: .duplicateName, offset: name.start) }
    }

    @inline(__always)
    private mutating func addInPlace(_ name: JSONToken, in reader: JSONReader) -> Bool {
        if count < Self.inPlace, !name.hasEscapes {
            let length = UInt64(truncatingIfNeeded: name.end &- name.start)
            for index in 0..<count where first[index] & Self.offset == length {
                if reader.areEqual(Self.token(first[index]), name) { return false }
            }
            first[count] = UInt64(truncatingIfNeeded: name.start) << 32 | length
            count += 1
            return true
        }
        table = [UInt64](repeating: 0, count: 64)
        let inPlace = count
        count = 0
        for index in 0..<inPlace { _ = addToTable(Self.token(first[index]), in: reader) }
        return addToTable(name, in: reader)
    }

    private static func token(_ packed: UInt64) -> JSONToken {
        let start = Int(truncatingIfNeeded: packed >> 32)
        return JSONToken(.string, start, start + Int(truncatingIfNeeded: packed & offset))
    }

    private mutating func addToTable(_ name: JSONToken, in reader: JSONReader) -> Bool {
        let hash = reader.hash(of: name)
        var slot = Int(truncatingIfNeeded: hash >> 32) & (table.count - 1)
        while table[slot] != 0 {
            if (table[slot] ^ hash) >> 32 == 0, reader.areEqual(table[slot] & Self.offset, name) { return false }
            slot = (slot + 1) & (table.count - 1)
        }
        table[slot] = hash & ~Self.offset | UInt64(name.start)
        count += 1
        if count * 2 >= table.count { growTable() }
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
}

extension JSONReader {
    fileprivate func hash(of name: JSONToken) -> UInt64 {
        var hasher = Hasher()
        withText(of: name) { text in unsafe text.withUnsafeBytes { unsafe hasher.combine(bytes: $0) } }
        return UInt64(bitPattern: Int64(hasher.finalize()))
    }

    /// Compares the name that was read at `offset` with this one.
    fileprivate func areEqual(_ offset: UInt64, _ name: JSONToken) -> Bool {
        var cursor = self
        cursor.offset = Int(offset) - 1
        do throws(JSONError) { return areEqual(try cursor.string(), name) } catch { return false }
    }

    fileprivate func areEqual(_ one: JSONToken, _ other: JSONToken) -> Bool {
        withText(of: one) { one in withText(of: other) { one.equals($0) } }
    }

    private func withText<Result>(of name: JSONToken, _ body: (Span<UInt8>) -> Result) -> Result {
        name.hasEscapes ? body(unescaped(name).span) : body(bytes.extracting(name.start..<name.end))
    }
}
