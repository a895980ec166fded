// SPDX-License-Identifier: Apache-2.0

/// The key that credential bundles are encrypted to.
public struct EmbeddedPublicKey: Codable, Sendable, Hashable {
    /// Uncompressed P-256 point, 130 lower-case hex digits: seal to exactly this form, for its bytes are authenticated.
    public let publicKey: String
    /// What was left of its life when the frame answered.
    public let expiresInMilliseconds: Int
}
