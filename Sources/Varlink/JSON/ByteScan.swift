// SPDX-License-Identifier: Apache-2.0

/// Scans eight bytes a step. Each mask has the high bit set of a byte that is looked for; the lowest one set is exact
/// (a borrow can only disturb the bytes above a hit), and only the lowest is used.
extension Span<UInt8> {
    /// The first offset from `start` that holds `"`, `\`, a control character or a byte above 0x7F; `count` if none.
    func endOfPlainText(from start: Int) -> Int {
        var offset = start
        while offset &+ 8 <= count {
            let word = word(at: offset)
            let control = (word &- 0x2020_2020_2020_2020) & ~word
            let hits = (control | zeroBytes(word ^ quotes) | zeroBytes(word ^ backslashes) | word) & highBits
            if hits != 0 { return offset &+ hits.trailingZeroBitCount / 8 }
            offset &+= 8
        }
        while offset < count, self[offset].isPlainText { offset &+= 1 }
        return offset
    }

    /// The first offset from `start` that holds `byte`, before `end`; `end` if none.
    func firstOffset(of byte: UInt8, from start: Int, to end: Int) -> Int {
        let pattern = UInt64(byte) &* 0x0101_0101_0101_0101
        var offset = start
        while offset &+ 8 <= end {
            let hits = zeroBytes(word(at: offset) ^ pattern) & highBits
            if hits != 0 { return offset &+ hits.trailingZeroBitCount / 8 }
            offset &+= 8
        }
        while offset < end, self[offset] != byte { offset &+= 1 }
        return offset
    }

    func lastOffset(of byte: UInt8) -> Int? {
        for offset in indices.reversed() where self[offset] == byte { return offset }
        return nil
    }

    func equals(_ other: Span<UInt8>) -> Bool {
        guard count == other.count else { return false }
        for offset in indices where self[offset] != other[offset] { return false }
        return true
    }

    package func equals(_ text: String) -> Bool { equals(text.utf8.span) }

    /// Eight bytes, the first one lowest. Traps when they are not all inside.
    private func word(at offset: Int) -> UInt64 {
        // Checked against the bounds by RawSpan; every pattern of bits is a UInt64.
        UInt64(littleEndian: unsafe bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }
}

private let highBits: UInt64 = 0x8080_8080_8080_8080
private let quotes: UInt64 = 0x2222_2222_2222_2222
private let backslashes: UInt64 = 0x5C5C_5C5C_5C5C_5C5C

private func zeroBytes(_ word: UInt64) -> UInt64 { (word &- 0x0101_0101_0101_0101) & ~word }

extension UInt8 {
    /// A byte that stands for itself in a JSON string, and is ASCII.
    fileprivate var isPlainText: Bool {
        self >= 0x20 && self < 0x80 && self != UInt8(ascii: "\"") && self != UInt8(ascii: "\\")
    }
}
