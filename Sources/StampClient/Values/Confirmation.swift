// SPDX-License-Identifier: Apache-2.0

/// A stamp that waits for a yes.
public struct Confirmation: Codable, Sendable, Hashable {
    /// What somebody must see who answers.
    public struct Shown: Codable, Sendable, Hashable {
        /// A JSON pointer into the payload, or `evm.to` and its like.
        public let at: String
        /// JSON text in ASCII; empty where there is nothing.
        public let text: String
    }

    public let id: String
    public let rule: String
    public let socket: String
    public let session: String
    /// The key that would stamp.
    public let publicKey: String
    /// Of whom asks for the stamp.
    public let uid: Int
    public let unit: String?
    /// For whom a stamping proxy asks.
    public let delegate: String?
    /// 64 hex digits: what a yes is about.
    public let payloadSha256: String
    public let shown: [Shown]
    public let expiresInMilliseconds: Int
}
