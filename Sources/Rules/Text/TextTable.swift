// SPDX-License-Identifier: Apache-2.0

/// Texts of a rule set, each once and numbered from 0, found among many in the time that one takes.
///
/// Its hash needs no secret: what is in the table comes from the configuration, and to look up is bounded by it.
struct TextTable: Hashable, Sendable {
    /// All texts one behind the other.
    private var bytes: [UInt8] = []
    /// Where each text ends.
    private var ends: [Int32] = []
    /// One more than a text's number; 0 is a free place. A power of two, at most half of it taken.
    private var table: [Int32] = []

    init() {}

    init(_ texts: some Sequence<Text>) { for text in texts { insert(text.bytes.span) } }

    var count: Int { ends.count }

    private(set) var longestText = 0

    /// The text's number, new or old.
    @discardableResult
    mutating func insert(_ text: Span<UInt8>) -> Int {
        if (ends.count + 1) * 2 > table.count { grow() }
        let slot = slot(of: text)
        if table[slot] != 0 { return Int(table[slot]) - 1 }
        for index in text.indices { bytes.append(text[index]) }
        ends.append(Int32(truncatingIfNeeded: bytes.count))
        longestText = max(longestText, text.count)
        table[slot] = Int32(truncatingIfNeeded: ends.count)
        return ends.count - 1
    }

    /// The text's number; nil where it is not there.
    func number(of text: Span<UInt8>) -> Int? {
        guard text.count <= longestText, !ends.isEmpty else { return nil }
        let number = table[slot(of: text)]
        return number == 0 ? nil : Int(number) - 1
    }

    func text(_ number: Int) -> [UInt8] { Array(bytes[range(of: number)]) }

    static func == (left: Self, right: Self) -> Bool { left.ends == right.ends && left.bytes == right.bytes }

    func hash(into hasher: inout Hasher) { hasher.combine(bytes.prefix(64)) }

    private func range(of number: Int) -> Range<Int> {
        (number == 0 ? 0 : Int(ends[number - 1]))..<Int(ends[number])
    }

    private func slot(of text: Span<UInt8>) -> Int {
        var slot = Int(truncatingIfNeeded: text.tableHash) & (table.count - 1)
        while table[slot] != 0, !equals(Int(table[slot]) - 1, text) { slot = (slot + 1) & (table.count - 1) }
        return slot
    }

    private func equals(_ number: Int, _ text: Span<UInt8>) -> Bool {
        let range = range(of: number)
        guard range.count == text.count else { return false }
        var offset = range.lowerBound
        for index in text.indices {
            guard bytes[offset] == text[index] else { return false }
            offset &+= 1
        }
        return true
    }

    private mutating func grow() {
        table = [Int32](repeating: 0, count: max(8, table.count * 2))
        for number in ends.indices {
            let slot = slot(of: bytes.span.extracting(range(of: number)))
            table[slot] = Int32(truncatingIfNeeded: number + 1)
        }
    }
}

extension Span<UInt8> {
    /// FNV-1a by eight bytes a step, its high bits folded in.
    var tableHash: UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325 ^ UInt64(truncatingIfNeeded: count)
        var offset = 0
        while offset &+ 8 <= count {
            // Checked against the bounds by RawSpan; every pattern of bits is a UInt64.
            let word = unsafe bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self)
            hash = (hash ^ word) &* 0x9E37_79B9_7F4A_7C15
            hash ^= hash >> 32
            offset &+= 8
        }
        while offset < count {
            hash = (hash ^ UInt64(self[offset])) &* 0x0000_0100_0000_01B3
            offset &+= 1
        }
        return hash ^ (hash >> 29)
    }
}
