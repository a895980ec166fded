// SPDX-License-Identifier: Apache-2.0

/// One item of Recursive Length Prefix encoding (Ethereum yellow paper, appendix B) in its only canonical form.
struct RLPItem {
    let isList: Bool
    /// The range of the item's bytes, or of the list's items.
    let content: Range<Int>

    /// Reads the item at `offset`; nil if it is not canonical, or reaches past `end`.
    init?(in bytes: borrowing HexBytes, at offset: Int, before end: Int) {
        guard offset < end else { return nil }
        let first = bytes[offset]
        switch first {
        case 0..<0x80:
            isList = false
            content = offset..<(offset + 1)
            return
        case 0x80...0xB7, 0xC0...0xF7:
            isList = first >= 0xC0
            let count = Int(first - (first >= 0xC0 ? 0xC0 : 0x80))
            guard count <= end - offset - 1 else { return nil }
            content = (offset + 1)..<(offset + 1 + count)
            // A single byte below 0x80 must be encoded as itself.
            if !isList, count == 1, bytes[offset + 1] < 0x80 { return nil }
        default:
            isList = first >= 0xF8
            let lengthCount = Int(first - (first >= 0xF8 ? 0xF7 : 0xB7))
            let start = offset + 1 + lengthCount
            // A length of more than four bytes exceeds any message.
            guard lengthCount <= 4, start <= end, bytes[offset + 1] != 0 else { return nil }
            var count = 0
            for index in (offset + 1)..<start { count = count << 8 | Int(bytes[index]) }
            guard count > 55, count <= end - start else { return nil }
            content = start..<(start + count)
        }
    }
}
