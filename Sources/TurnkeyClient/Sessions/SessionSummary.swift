// SPDX-License-Identifier: Apache-2.0
public import StampClient

/// A session as known from frame and store together.
public struct SessionSummary: Codable, Sendable, Hashable {
    /// The states of a session.
    public enum State: String, Codable, Sendable, Hashable, CaseIterable {
        /// The frame stamps with it.
        case alive
        /// The frame lost it, and `getActiveClient` can restore it by injecting its stored bundle.
        case restorable
        /// It is stored, but over: expired, ended elsewhere, or sealed to a key that the frame no longer has.
        case over
    }

    /// The session's name.
    public let name: SessionName
    /// The session's public key.
    public let publicKey: PublicKey
    /// The user's id, if known.
    public let userId: String?
    /// The organization's id, if known.
    public let organizationId: String?
    /// Where the session's key comes from: a bundle, or the frame itself.
    public let origin: Session.Origin
    /// The session's state when it was listed.
    public let state: State
    /// The remaining life of the session; 0 when it is over.
    public let expiresInMilliseconds: Int
    /// Whether it is the session that calls without a name use.
    public let isSelected: Bool
}
