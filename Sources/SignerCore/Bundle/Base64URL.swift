// SPDX-License-Identifier: Apache-2.0

/// base64url without padding (RFC 4648 §5), strictly: each byte string has one accepted spelling, and no character is
/// skipped.
///
/// The clients have another, over Foundation, which the signer does without; each checks what the other wrote.
package enum Base64URL {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    /// Appends the text of `bytes` to `text`.
    package static func append(_ bytes: [UInt8], to text: inout [UInt8]) { append(bytes.span, to: &text) }

    /// Appends the text of `bytes` to `text`: ⌈4 · count / 3⌉ characters.
    package static func append(_ bytes: Span<UInt8>, to text: inout [UInt8]) {
        let (groupCount, rest) = bytes.count.quotientAndRemainder(dividingBy: 3)
        let alphabet = alphabet.span
        text.append(addingCapacity: 4 * groupCount + (rest == 0 ? 0 : rest + 1)) { text in
            appendGroups(groupCount, of: bytes, alphabet, to: &text)
            guard rest > 0 else { return }
            let start = 3 * groupCount
            let bits = UInt32(bytes[start]) << 16 | (rest == 2 ? UInt32(bytes[start + 1]) << 8 : 0)
            text.append(alphabet[Int(bits >> 18)])
            text.append(alphabet[Int(bits >> 12 & 63)])
            if rest == 2 { text.append(alphabet[Int(bits >> 6 & 63)]) }
        }
    }

    /// Writes four characters for each group of three bytes, without bounds checks: those would cost a hundredth of a
    /// stamp.
    private static func appendGroups(
        _ groupCount: Int,
        of bytes: Span<UInt8>,
        _ alphabet: Span<UInt8>,
        to text: inout OutputSpan<UInt8>
    ) {
        precondition(3 * groupCount <= bytes.count && 4 * groupCount <= text.freeCapacity && alphabet.count == 64)
        unsafe text.withUnsafeMutableBufferPointer { text, count in
            for group in 0..<groupCount {
                let start = 3 &* group
                let bits =
                    unsafe UInt32(bytes[unchecked: start]) << 16 | UInt32(bytes[unchecked: start &+ 1]) << 8
                    | UInt32(bytes[unchecked: start &+ 2])
                unsafe text[count] = alphabet[unchecked: Int(bits >> 18)]
                unsafe text[count &+ 1] = alphabet[unchecked: Int(bits >> 12 & 63)]
                unsafe text[count &+ 2] = alphabet[unchecked: Int(bits >> 6 & 63)]
                unsafe text[count &+ 3] = alphabet[unchecked: Int(bits & 63)]
                count &+= 4
            }
        }
    }

    /// Decodes `text`; nil where a character is outside the alphabet, the length is one that no byte string has, or
    /// spare bits are set.
    package static func decode(_ text: Span<UInt8>) -> [UInt8]? {
        guard text.count % 4 != 1 else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count * 3 / 4)
        var bits: UInt32 = 0
        var bitCount = 0
        for index in text.indices {
            guard let value = value(of: text[index]) else { return nil }
            bits = bits << 6 | UInt32(value)
            bitCount += 6
            if bitCount >= 8 {
                bitCount -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(bitCount)))
                bits &= 1 << UInt32(bitCount) - 1
            }
        }
        return bits == 0 ? bytes : nil
    }

    static func value(of character: UInt8) -> UInt8? {
        switch character {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): character - UInt8(ascii: "A")
        case UInt8(ascii: "a")...UInt8(ascii: "z"): character - UInt8(ascii: "a") + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0") + 52
        case UInt8(ascii: "-"): 62
        case UInt8(ascii: "_"): 63
        default: nil
        }
    }
}
