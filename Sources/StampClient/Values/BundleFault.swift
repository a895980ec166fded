// SPDX-License-Identifier: Apache-2.0

/// What was wrong with a credential bundle.
public enum BundleFault: String, Codable, Sendable, Hashable, CaseIterable {
    /// A character outside base58check's and base64url's alphabets.
    case encoding
    /// base58check's last four bytes are not those of the rest.
    case checksum
    /// Not 33 + 48 bytes.
    case length
    /// The encapsulated key is no point of the curve.
    case point
    /// Sealed to another key, or damaged.
    case decryption
    /// What was inside is no private key of P-256.
    case scalar
}
