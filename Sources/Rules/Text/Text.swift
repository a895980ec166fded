// SPDX-License-Identifier: Apache-2.0

/// Text as its UTF-8 bytes: equal where the bytes are. (`String` compares by canonical equivalence: to it, the Kelvin
/// sign is a K.)
package struct Text: Hashable, Sendable, ExpressibleByStringLiteral {
    package let bytes: [UInt8]

    package init(_ bytes: [UInt8]) { self.bytes = bytes }

    package init(_ text: String) { bytes = Array(text.utf8) }

    package init(stringLiteral text: String) { self.init(text) }

    package var string: String { String(decoding: bytes, as: UTF8.self) }

    /// ASCII letters in lower case; any other byte as it is.
    var lowercased: Text { Text(bytes.map(\.asciiLowercased)) }

    var isEmpty: Bool { bytes.isEmpty }

    func hasPrefix(_ prefix: Text) -> Bool { bytes.starts(with: prefix.bytes) }
}

extension UInt8 {
    var asciiLowercased: UInt8 { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(self) ? self | 0x20 : self }

    var isASCIIDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }

    /// The value of a hex digit of either case; nil for anything else.
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
    func equals(_ other: [UInt8]) -> Bool {
        guard count == other.count else { return false }
        for index in indices where self[index] != other[index] { return false }
        return true
    }

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
