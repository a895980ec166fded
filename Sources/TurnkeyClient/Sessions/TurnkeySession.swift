// SPDX-License-Identifier: Apache-2.0
public import StampClient

/// A session that has begun: the frame stamps with its key, and the API knows the key.
public struct TurnkeySession: Sendable, Hashable {
    /// A warning for the user; the session works.
    public enum Warning: Sendable, Hashable {
        /// The user has the most expiring keys that the API allows, so the next login silently ends the oldest living
        /// one.
        case keyLimitReached(expiringKeys: Int, limit: Int)
        /// A refreshed session could not be stored, so other programs do not know its key until they ask the frame
        /// again.
        case notStored(StoreError)
    }

    /// The session's name in the frame.
    public let name: SessionName
    /// The session's public key.
    public let publicKey: PublicKey
    let terms: RunningTerms
    /// Where the credential comes from.
    public let origin: Session.Origin
    /// What the user should know.
    public var warnings: [Warning] = []

    /// The user's id.
    public var userId: String { terms.userId }
    /// The organization's id.
    public var organizationId: String { terms.organizationId }
    /// When the session ends.
    public var expiry: Expiry { terms.expiry }
}

extension TurnkeySession.Warning {
    /// The warning in words; one line without a full stop.
    public var message: String {
        switch self {
        case .keyLimitReached(let keys, let limit):
            "the user has \(keys) expiring keys, and the limit is \(limit): the next login ends the session of the oldest key"
        case .notStored(let error): "the session goes on, and was not stored: \(error.message)"
        }
    }
}
