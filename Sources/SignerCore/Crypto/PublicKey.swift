// SPDX-License-Identifier: Apache-2.0

/// A P-256 public key in SEC 1's compressed form, 33 bytes. It names a credential everywhere.
package struct PublicKey: Hashable, Sendable {
    /// 2 for an even y or 3 for an odd one, then x, big-endian. Stored without padding, since a frame may remember
    /// thousands.
    package let bytes: InlineArray<33, UInt8>

    /// The length in compressed form: 33 bytes.
    package static let compressedByteCount = 33
    /// The length in uncompressed form: 65 bytes.
    package static let uncompressedByteCount = 65
    /// The length in compressed form as hex: 66 digits.
    package static let hexByteCount = 66

    /// Takes the compressed form of a valid point, which comes from libcrypto.
    init(compressed bytes: UnsafeRawBufferPointer) { self.bytes = InlineArray { index in unsafe bytes[index] } }

    /// Compresses a valid point given in uncompressed form, 65 bytes from libcrypto.
    init(uncompressed bytes: [UInt8]) {
        let prefix = 2 + bytes[Self.uncompressedByteCount - 1] & 1
        self.bytes = InlineArray { index in index == 0 ? prefix : bytes[index] }
    }

    /// Reads 66 lower-case hex digits that begin with 02 or 03; nil for anything else. Does not check that the point is
    /// on the curve, since the value is only compared.
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

    /// The compressed form as 66 lower-case hex digits.
    package var hex: [UInt8] {
        var hex: [UInt8] = []
        hex.reserveCapacity(Self.hexByteCount)
        appendHex(to: &hex)
        return hex
    }

    /// Appends the compressed form as 66 lower-case hex digits.
    package func appendHex(to text: inout [UInt8]) { Hex.append(bytes.span, to: &text) }

    private static func byte(in hex: Span<UInt8>, at index: Int) -> UInt8? {
        guard let high = Hex.value(of: hex[index]), let low = Hex.value(of: hex[index + 1]) else { return nil }
        return high << 4 | low
    }
}

extension PublicKey: CustomStringConvertible {
    package var description: String { String(decoding: hex, as: UTF8.self) }
}

/// Hexadecimal (RFC 4648 §8) in lower case, as the field writes it.
package enum Hex {
    /// Returns two lower-case digits for each byte.
    package static func text(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        append(bytes.span, to: &text)
        return String(decoding: text, as: UTF8.self)
    }

    static func append(_ bytes: Span<UInt8>, to text: inout [UInt8]) {
        let digits = digits.span
        text.append(addingCapacity: 2 * bytes.count) { text in
            precondition(text.freeCapacity >= 2 * bytes.count && digits.count == 16)
            // Written without bounds checks, as base64url is.
            unsafe text.withUnsafeMutableBufferPointer { text, count in
                for index in bytes.indices {
                    let byte = unsafe bytes[unchecked: index]
                    unsafe text[count] = digits[unchecked: Int(byte >> 4)]
                    unsafe text[count &+ 1] = digits[unchecked: Int(byte & 15)]
                    count &+= 2
                }
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

    /// A table, because a branch between digits and letters would be mispredicted at a cost of a third of a signature.
    private static let digits = Array("0123456789abcdef".utf8)
}
