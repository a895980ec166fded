// SPDX-License-Identifier: Apache-2.0

/// A session's name: 1 to 64 characters of `a-z 0-9 . _ -`.
// The clients have a type of their own (StampClient), so that neither end takes the other's word for a name.
package struct SessionName: Hashable, Sendable, Comparable {
    /// Eight bytes a word, the first byte lowest, padded with zeros, which no name contains. So a comparison takes
    /// eight steps and allocates nothing.
    private let words: InlineArray<8, UInt64>

    /// The longest name: 64 bytes.
    package static let maximumByteCount = 64

    /// The name where a caller gives none.
    package static let `default` = SessionName(known: "default")

    /// Takes a name; nil if the text is not one.
    package init?(_ text: Span<UInt8>) {
        guard (1...Self.maximumByteCount).contains(text.count) else { return nil }
        for index in text.indices { guard Self.isNameByte(text[index]) else { return nil } }
        self.init(bytes: text)
    }

    private init(known text: StaticString) { self.init(bytes: text.description.utf8.span) }

    private init(bytes: Span<UInt8>) {
        var words = InlineArray<8, UInt64>(repeating: 0)
        for index in bytes.indices { words[index / 8] |= UInt64(bytes[index]) << UInt64(index % 8 * 8) }
        self.words = words
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        case UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"): true
        default: false
        }
    }

    /// The name's bytes, 1 to 64.
    package var utf8: [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(Self.maximumByteCount)
        append(to: &text)
        return text
    }

    /// Appends the name's bytes.
    package func append(to text: inout [UInt8]) {
        for index in 0..<Self.maximumByteCount {
            let byte = UInt8(truncatingIfNeeded: words[index / 8] >> UInt64(index % 8 * 8))
            guard byte != 0 else { return }
            text.append(byte)
        }
    }

    package static func == (left: SessionName, right: SessionName) -> Bool {
        for index in left.words.indices where left.words[index] != right.words[index] { return false }
        return true
    }

    package func hash(into hasher: inout Hasher) { for index in words.indices { hasher.combine(words[index]) } }

    package static func < (left: SessionName, right: SessionName) -> Bool {
        left.utf8.lexicographicallyPrecedes(right.utf8)
    }
}

extension SessionName: CustomStringConvertible {
    package var description: String { String(decoding: utf8, as: UTF8.self) }
}
