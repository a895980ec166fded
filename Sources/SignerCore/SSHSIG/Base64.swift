// SPDX-License-Identifier: Apache-2.0

/// base64 with padding (RFC 4648 §4): one spelling for each byte string, nothing skipped.
enum Base64 {
    /// Decodes `text`; nil if a character is not of the alphabet, padding is missing or too long, or unused bits are set.
    static func decode(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        guard text.count % 4 == 0 else { return nil }
        let padding = text.suffix(2).reversed().prefix { $0 == UInt8(ascii: "=") }.count
        var plain: [UInt8] = []
        plain.reserveCapacity(text.count)
        for character in text.dropLast(padding) {
            switch character {
            case UInt8(ascii: "+"): plain.append(UInt8(ascii: "-"))
            case UInt8(ascii: "/"): plain.append(UInt8(ascii: "_"))
            case UInt8(ascii: "-"), UInt8(ascii: "_"): return nil
            default: plain.append(character)
            }
        }
        return Base64URL.decode(plain.span)
    }

    /// Encodes bytes without padding, as OpenSSH prints fingerprints.
    static func unpadded(_ bytes: Span<UInt8>) -> String {
        var text: [UInt8] = []
        Base64URL.append(bytes, to: &text)
        return String(
            decoding: text.map { character in
                switch character {
                case UInt8(ascii: "-"): UInt8(ascii: "+")
                case UInt8(ascii: "_"): UInt8(ascii: "/")
                default: character
                }
            },
            as: UTF8.self
        )
    }
}
