// SPDX-License-Identifier: Apache-2.0

/// A stamp that waits for a person's confirmation.
public struct Confirmation: Codable, Sendable, Hashable {
    /// One value of the payload, shown to the person who answers.
    public struct Shown: Codable, Sendable, Hashable {
        /// A JSON pointer into the payload, or `evm.to` and the like.
        public let at: String
        /// The value as JSON text in ASCII; empty if the payload has none there.
        public let text: String
    }

    /// The confirmation's id.
    public let id: String
    /// The id of the rule that asks.
    public let rule: String
    /// The socket at which the stamp was asked for.
    public let socket: String
    /// The session's name.
    public let session: SessionName
    /// The key that would stamp.
    public let publicKey: PublicKey
    /// The user id of the program that asks for the stamp.
    public let uid: Int
    /// The unit of the program that asks for the stamp; `nil` if unknown.
    public let unit: String?
    /// The delegate for whom a stamping proxy asks.
    public let delegate: String?
    /// The payload's SHA-256, 64 hex digits: what an answer must name.
    public let payloadSha256: String
    /// The values to show: the payload's type and organization, then those that the rule lists.
    public let shown: [Shown]
    /// How long an answer is waited for.
    public let expiresInMilliseconds: Int
}
