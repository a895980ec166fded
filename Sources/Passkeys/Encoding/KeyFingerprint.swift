// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation

/// A key's fingerprint, which page and terminal both show for a person to compare.
///
/// The first ten bytes of the SHA-256 of the compressed P-256 point (33 bytes), in upper-case hex in groups of four:
/// `3F2A-91C0-77DE-0B14-88AC`. With 80 bits, no second key can be found that
/// has a given key's fingerprint.
public struct KeyFingerprint: Sendable, Hashable, CustomStringConvertible {
    /// The fingerprint: 24 characters.
    public let text: String

    /// Computes a key's fingerprint; `nil` for anything but a P-256 point in hex, compressed (66 digits) or
    /// uncompressed (130). Both forms give the same.
    public init?(publicKey: String) {
        guard let bytes = Hexadecimal.decode(publicKey) else { return nil }
        let key =
            bytes.count == 65
            ? try? P256.Signing.PublicKey(x963Representation: bytes)
            : try? P256.Signing.PublicKey(compressedRepresentation: bytes)
        guard let key else { return nil }
        let digits = Hexadecimal.encode(SHA256.hash(data: key.compressedRepresentation).prefix(10)).uppercased()
        text = stride(from: 0, to: 20, by: 4).map { String(digits.dropFirst($0).prefix(4)) }.joined(separator: "-")
    }

    /// The fingerprint.
    public var description: String { text }
}
