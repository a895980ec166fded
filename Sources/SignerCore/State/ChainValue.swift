// SPDX-License-Identifier: Apache-2.0

/// One link of the audit's chain: a SHA-256, or 32 zeros before the first record.
package struct ChainValue: Equatable, Sendable {
    /// The hash.
    package let bytes: InlineArray<32, UInt8>

    /// The length of a link: 32 bytes.
    package static let byteCount = 32
    /// The link before the first record of a chain.
    package static let start = Self(InlineArray(repeating: 0))

    /// Creates a link from its bytes.
    package init(_ bytes: InlineArray<32, UInt8>) { self.bytes = bytes }

    package static func == (one: Self, other: Self) -> Bool {
        for index in one.bytes.indices where one.bytes[index] != other.bytes[index] { return false }
        return true
    }

    /// Appends the 32 bytes.
    package func append(to bytes: inout [UInt8]) {
        for index in self.bytes.indices { bytes.append(self.bytes[index]) }
    }

    /// Appends 64 lower-case hex digits.
    package func appendHex(to text: inout [UInt8]) {
        Hex.append(bytes.span, to: &text)
    }
}

/// Computes links of the audit's chain by SHA-256. Its input is not secret.
package struct ChainHasher: ~Copyable {
    private let digest: DigestContext

    /// Fetches SHA-256 from libcrypto.
    ///
    /// - Throws: `CryptoError`.
    package init() throws(CryptoError) { digest = try DigestContext.make() }

    /// Computes the link whose input is `bytes`.
    ///
    /// - Throws: `CryptoError`.
    package func hash(_ bytes: Span<UInt8>) throws(CryptoError) -> ChainValue { ChainValue(try digest.hash(bytes)) }
}
