// SPDX-License-Identifier: Apache-2.0
public import StampClient

/// A session that has begun: the frame stamps with its key, and the API knows it.
public struct TurnkeySession: Sendable, Hashable {
    /// Something to tell the user; the session works.
    public enum Warning: Sendable, Hashable {
        /// The user has so many expiring keys at the API: the next one silently ends the oldest living one.
        case keyLimitReached(expiringKeys: Int, limit: Int)
        /// A refreshed session that could not be stored: other programs do not know its key until they look anew.
        case notStored(StoreError)
    }

    /// The session's name in the frame.
    public let name: String
    /// Compressed P-256 point, 66 lower-case hex digits.
    public let publicKey: String
    public let userId: String
    public let organizationId: String
    public let origin: Session.Origin
    public let expiry: Expiry
    public var warnings: [Warning] = []
}

extension TurnkeySession.Warning {
    /// One line without a full stop.
    public var message: String {
        switch self {
        case .keyLimitReached(let keys, let limit):
            "the user has \(keys) expiring keys, and the limit is \(limit): the next login ends the oldest one's session"
        case .notStored(let error): "the session goes on, and was not stored: \(error.message)"
        }
    }
}
