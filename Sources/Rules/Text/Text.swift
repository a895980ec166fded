// SPDX-License-Identifier: Apache-2.0
internal import Varlink

/// Text as UTF-8 bytes, equal if the bytes are. (`String` compares by canonical equivalence: it equates the Kelvin sign
/// and K.)
package struct Text: Hashable, Sendable, ExpressibleByStringLiteral {
    /// The UTF-8 bytes.
    package let bytes: [UInt8]

    /// Takes UTF-8 bytes.
    package init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// Copies the UTF-8 of a string.
    package init(_ text: String) { bytes = Array(text.utf8) }

    /// Takes a literal.
    package init(stringLiteral text: String) { self.init(text) }

    /// The text as a string; bytes that are not UTF-8 become U+FFFD.
    package var string: String { String(decoding: bytes, as: UTF8.self) }

    /// The text with ASCII letters in lower case.
    var lowercased: Text { Text(bytes.map(\.asciiLowercased)) }

    var isEmpty: Bool { bytes.isEmpty }

    func hasPrefix(_ prefix: Text) -> Bool { bytes.starts(with: prefix.bytes) }
}

extension UInt8 {
    var asciiLowercased: UInt8 { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(self) ? self | 0x20 : self }

    var isASCIIDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }

    /// The value of a hex digit of either case; nil for another byte.
    var hexValue: UInt8? {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): self - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): self - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): self - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}

extension Span<UInt8> {
    func equals(_ other: [UInt8]) -> Bool { equals(other.span) }

    func equalsIgnoringASCIICase(_ other: [UInt8]) -> Bool {
        guard count == other.count else { return false }
        for index in indices where self[index].asciiLowercased != other[index].asciiLowercased { return false }
        return true
    }

    func hasPrefix(_ prefix: [UInt8]) -> Bool {
        count >= prefix.count && extracting(..<prefix.count).equals(prefix)
    }

    var array: [UInt8] {
        var array: [UInt8] = []
        array.reserveCapacity(count)
        for index in indices { array.append(self[index]) }
        return array
    }
}
