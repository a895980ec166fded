// SPDX-License-Identifier: Apache-2.0

/// The SHA-256 of a payload: what a stamp signs, and what a confirmation names.
package struct PayloadDigest: Sendable {
    private let bytes: InlineArray<32, UInt8>

    package static let hexByteCount = 64

    fileprivate init(_ bytes: InlineArray<32, UInt8>) { self.bytes = bytes }

    /// Nil for anything but 64 lower-case hex digits.
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

    /// Appends 64 lower-case hex digits.
    package func appendHex(to text: inout [UInt8]) { Hex.append(bytes.span, to: &text) }
}

extension PayloadDigest: Equatable {
    package static func == (one: Self, other: Self) -> Bool {
        for index in one.bytes.indices where one.bytes[index] != other.bytes[index] { return false }
        return true
    }
}

/// Computes the SHA-256 of payloads.
package struct PayloadHasher: ~Copyable {
    private let digest: DigestContext

    package init() throws(CryptoError) { digest = try DigestContext.make() }

    package func hash(_ payload: Span<UInt8>) throws(CryptoError) -> PayloadDigest {
        PayloadDigest(try digest.hash(payload))
    }
}
