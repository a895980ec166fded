// SPDX-License-Identifier: Apache-2.0

/// A point of P-256 in SEC 1's compressed form: 33 bytes, the first 2 or 3; what names a credential everywhere.
package struct PublicKey: Hashable, Sendable {
    /// 2 where y is even or 3 where it is odd, then x, big-endian. Unpadded, for a frame may remember thousands of them.
    package let bytes: InlineArray<33, UInt8>

    package static let compressedByteCount = 33
    package static let uncompressedByteCount = 65
    package static let hexByteCount = 66

    /// Takes the compressed form of a point that is known to be one: it comes from libcrypto.
    init(compressed bytes: UnsafeRawBufferPointer) { self.bytes = InlineArray { index in unsafe bytes[index] } }

    /// Compresses a point: 65 bytes, from libcrypto.
    init(uncompressed bytes: [UInt8]) {
        let prefix = 2 + bytes[Self.uncompressedByteCount - 1] & 1
        self.bytes = InlineArray { index in index == 0 ? prefix : bytes[index] }
    }

    /// Reads 66 lower-case hex digits that begin with 02 or 03; nil for anything else. Whether the point is on the curve is
    /// not asked: the value is only ever compared.
    package init?(hex: Span<UInt8>) {
        guard hex.count == Self.hexByteCount else { return nil }
        var bytes = InlineArray<33, UInt8>(repeating: 0)
        for index in bytes.indices {
            guard let byte = Self.byte(in: hex, at: 2 * index) else { return nil }
            bytes[index] = byte
        }
        guard bytes[0] == 2 || bytes[0] == 3 else { return nil }
        self.bytes = bytes
    }

    package static func == (left: PublicKey, right: PublicKey) -> Bool {
        for index in left.bytes.indices where left.bytes[index] != right.bytes[index] { return false }
        return true
    }

    package func hash(into hasher: inout Hasher) {
        unsafe bytes.span.withUnsafeBytes { bytes in unsafe hasher.combine(bytes: bytes) }
    }

    /// 66 lower-case hex digits.
    package var hex: [UInt8] {
        var hex: [UInt8] = []
        hex.reserveCapacity(Self.hexByteCount)
        appendHex(to: &hex)
        return hex
    }

    /// Appends 66 lower-case hex digits.
    package func appendHex(to text: inout [UInt8]) { Hex.append(bytes.span, to: &text) }

    private static func byte(in hex: Span<UInt8>, at index: Int) -> UInt8? {
        guard let high = Hex.value(of: hex[index]), let low = Hex.value(of: hex[index + 1]) else { return nil }
        return high << 4 | low
    }
}

extension PublicKey: CustomStringConvertible {
    package var description: String { String(decoding: hex, as: UTF8.self) }
}

/// Lower-case hexadecimal (RFC 4648 §8, but lower case, as the field writes it).
package enum Hex {
    package static func text(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        append(bytes.span, to: &text)
        return String(decoding: text, as: UTF8.self)
    }

    static func append(_ bytes: Span<UInt8>, to text: inout [UInt8]) {
        let digits = digits.span
        text.append(addingCapacity: 2 * bytes.count) { text in
            for index in bytes.indices {
                text.append(digits[Int(bytes[index] >> 4)])
                text.append(digits[Int(bytes[index] & 15)])
            }
        }
    }

    static func value(of digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        default: nil
        }
    }

    /// Looked up: a branch between digits and letters is guessed wrong for a third of a signature.
    private static let digits = Array("0123456789abcdef".utf8)
}
