// SPDX-License-Identifier: Apache-2.0

/// A SHA-256 (FIPS 180-4) of something public: what names a card, and an approver's key.
package struct SHA256Digest: Hashable, Sendable {
    package let bytes: InlineArray<32, UInt8>

    package static let byteCount = 32
    package static let hexByteCount = 64

    init(_ bytes: InlineArray<32, UInt8>) { self.bytes = bytes }

    /// Computes it.
    package init(of message: Span<UInt8>) throws(CryptoError) { bytes = try DigestContext.make().hash(message) }

    /// Reads 64 lower-case hex digits; nil for anything else.
    package init?(hex: Span<UInt8>) {
        guard hex.count == Self.hexByteCount else { return nil }
        var bytes = InlineArray<32, UInt8>(repeating: 0)
        for index in bytes.indices {
            guard let high = Hex.value(of: hex[2 * index]), let low = Hex.value(of: hex[2 * index + 1]) else {
                return nil
            }
            bytes[index] = high << 4 | low
        }
        self.bytes = bytes
    }

    /// 64 lower-case hex digits.
    package var hex: String { hex(ofFirst: Self.byteCount) }

    /// Of its first `count` bytes, in lower-case hex.
    package func hex(ofFirst count: Int) -> String {
        var text: [UInt8] = []
        Hex.append(bytes.span.extracting(first: count), to: &text)
        return String(decoding: text, as: UTF8.self)
    }

    /// As OpenSSH prints a key's: `SHA256:` and 43 characters of base64.
    package var fingerprint: String { "SHA256:" + Base64.unpadded(bytes.span) }

    package static func == (one: Self, other: Self) -> Bool {
        for index in one.bytes.indices where one.bytes[index] != other.bytes[index] { return false }
        return true
    }

    package func hash(into hasher: inout Hasher) {
        for index in bytes.indices { hasher.combine(bytes[index]) }
    }
}
