// SPDX-License-Identifier: Apache-2.0

/// The SHA-256 of a payload: the value that a stamp signs and a confirmation names.
package struct PayloadDigest: Equatable, Sendable {
    private let digest: SHA256Digest

    /// The length in hex: 64 digits.
    package static let hexByteCount = SHA256Digest.hexByteCount

    fileprivate init(_ digest: SHA256Digest) { self.digest = digest }

    /// Reads 64 lower-case hex digits; nil for anything else.
    package init?(hex: Span<UInt8>) {
        guard let digest = SHA256Digest(hex: hex) else { return nil }
        self.digest = digest
    }

    /// Appends 64 lower-case hex digits.
    package func appendHex(to text: inout [UInt8]) { Hex.append(digest.bytes.span, to: &text) }
}

/// Computes the SHA-256 of payloads.
package struct PayloadHasher: ~Copyable {
    private let digest: DigestContext

    /// Fetches SHA-256 from libcrypto.
    ///
    /// - Throws: `CryptoError`.
    package init() throws(CryptoError) { digest = try DigestContext.make() }

    /// Computes the digest of `payload`.
    ///
    /// - Throws: `CryptoError`.
    package func hash(_ payload: Span<UInt8>) throws(CryptoError) -> PayloadDigest {
        PayloadDigest(SHA256Digest(try digest.hash(payload)))
    }
}
