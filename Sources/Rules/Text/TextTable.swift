// SPDX-License-Identifier: Apache-2.0
internal import Varlink

/// The texts of a rule set, each once and numbered from 0, with a hash table to find them.
///
/// The hash needs no secret seed, because only the configuration adds texts, and that bounds the cost of looking one
/// up.
struct TextTable: Hashable, Sendable {
    /// The bytes of all texts, one text after the other.
    private var bytes: [UInt8] = []
    /// The end of each text in `bytes`.
    private var ends: [Int32] = []
    /// The hash table: each entry is a text's number plus one; 0 is a free entry. The size is a power of two, and at
    /// most half of the entries are taken.
    private var table: [Int32] = []

    init() {}

    init(_ texts: some Sequence<Text>) { for text in texts { insert(text.bytes.span) } }

    var count: Int { ends.count }

    private(set) var longestText = 0

    /// Returns the text's number, and adds the text if it is new.
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

    /// Returns the text's number; nil if it is not there.
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
        bytes.span.extracting(range(of: number)).equals(text)
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
    /// A hash that takes eight bytes a step: each is multiplied to 128 bits and folded, so that every bit reaches the
    /// low ones.
    package var tableHash: UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325 ^ UInt64(truncatingIfNeeded: count)
        var offset = 0
        func mix(_ word: UInt64) {
            let product = (hash ^ word).multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15)
            hash = product.high ^ product.low
        }
        while offset &+ 8 <= count {
            // RawSpan checks the bounds; every pattern of 64 bits is a UInt64.
            mix(unsafe bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
            offset &+= 8
        }
        guard offset < count else { return hash }
        if count >= 8 {
            // The last eight bytes, some of which were read before.
            mix(unsafe bytes.unsafeLoadUnaligned(fromByteOffset: count &- 8, as: UInt64.self))
        } else {
            var word: UInt64 = 0
            for index in indices { word = word << 8 | UInt64(self[index]) }
            mix(word)
        }
        return hash
    }
}
