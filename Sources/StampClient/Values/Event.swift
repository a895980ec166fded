// SPDX-License-Identifier: Apache-2.0

/// Something that happened to a frame.
public struct Event: Codable, Sendable, Hashable {
    public enum Kind: String, Codable, Sendable, Hashable, CaseIterable {
        case embeddedKeyCreated
        case embeddedKeyReset
        case sessionStarted
        /// Sent 60 s ahead of the end, and at once for a shorter session.
        case sessionExpiring
        case sessionExpired
        case sessionEnded
        case sessionRejected
        case locked
        case unlocked
        /// A stamp waits for a yes; at the control socket alone, as the next.
        case confirmationWanted
        case confirmationEnded
    }

    public let kind: Kind
    /// The session's name, where the event is about one.
    public let session: String?
    /// The session's or the embedded key's public key, in hex.
    public let publicKey: String?
    public let expiresInMilliseconds: Int?
    /// Of `confirmationWanted` and `confirmationEnded` alone.
    public let confirmationId: String?
}
