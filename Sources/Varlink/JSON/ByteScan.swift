// SPDX-License-Identifier: Apache-2.0
import Glibc

extension Span<UInt8> {
    /// Finds the end of plain text: the first offset from `start` that holds `"`, `\`, a control character or a byte
    /// above 0x7F, or `count` if there is none.
    ///
    /// Scans eight bytes a step. In the mask, the high bit of a byte is set where that byte ends plain text; only the
    /// lowest set bit is used, and that one is exact (a borrow can only disturb the bytes above a hit).
    func endOfPlainText(from start: Int) -> Int {
        var offset = start
        while offset &+ 8 <= count {
            let word = word(at: offset)
            // Turning bit 1 of each byte maps the quotation mark (0x22) to 0x20, so that one subtraction finds it and
            // the control characters.
            let controlOrQuote = (word ^ 0x0202_0202_0202_0202) &- 0x2121_2121_2121_2121
            let backslash = (word ^ 0x5C5C_5C5C_5C5C_5C5C) &- 0x0101_0101_0101_0101
            let hits = (controlOrQuote | backslash | word) & 0x8080_8080_8080_8080
            if hits != 0 { return offset &+ hits.trailingZeroBitCount / 8 }
            offset &+= 8
        }
        while offset < count, self[offset].isPlainText { offset &+= 1 }
        return offset
    }

    /// Returns the first offset in `start..<end` that holds `byte`, or `end` if none does.
    func firstOffset(of byte: UInt8, from start: Int, to end: Int) -> Int {
        guard start < end else { return end }
        return unsafe extracting(start..<end).withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress, let hit = unsafe memchr(base, CInt(byte), bytes.count) else {
                return end
            }
            return unsafe start + (UnsafeRawPointer(hit) - base)
        }
    }

    func lastOffset(of byte: UInt8) -> Int? {
        for offset in indices.reversed() where self[offset] == byte { return offset }
        return nil
    }

    /// Compares two spans byte by byte.
    package func equals(_ other: Span<UInt8>) -> Bool {
        guard count == other.count else { return false }
        return unsafe withUnsafeBytes { bytes in
            unsafe other.withUnsafeBytes { other in
                guard let first = bytes.baseAddress, let second = other.baseAddress else { return true }
                return unsafe memcmp(first, second, bytes.count) == 0
            }
        }
    }

    /// Compares the bytes with the text's UTF-8.
    package func equals(_ text: String) -> Bool { equals(text.utf8.span) }

    /// Loads eight bytes as an integer, the first byte lowest. The caller has checked that all eight are inside the
    /// span.
    private func word(at offset: Int) -> UInt64 {
        // Every pattern of 64 bits is a valid UInt64.
        UInt64(littleEndian: unsafe bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: UInt64.self))
    }
}

extension UInt8 {
    /// Whether the byte is ASCII and stands for itself in a JSON string.
    fileprivate var isPlainText: Bool {
        self >= 0x20 && self < 0x80 && self != UInt8(ascii: "\"") && self != UInt8(ascii: "\\")
    }
}
