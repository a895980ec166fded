// SPDX-License-Identifier: Apache-2.0
public import Foundation

/// A stamp_login that somebody else wrote and approved, such as the user's own site: submitted as it is.
public struct StampedLogin: Sendable, Hashable {
    /// The exact bytes that were stamped.
    public let body: Data
    public let stamp: StampHeader
    /// What the body asks for.
    public let expirationSeconds: Int

    public init(body: Data, stamp: StampHeader, expirationSeconds: Int) {
        (self.body, self.stamp, self.expirationSeconds) = (body, stamp, expirationSeconds)
    }
}

/// A session that somebody else created for the frame: its key is registered already.
public struct MadeBundle: Sendable, Hashable {
    public let credentialBundle: String
    /// The key inside: compressed P-256 point, 66 lower-case hex digits.
    public let publicKey: String
    public let userId: String
    public let organizationId: String
    public let expirationSeconds: Int

    public init(
        credentialBundle: String,
        publicKey: String,
        userId: String,
        organizationId: String,
        expirationSeconds: Int
    ) {
        self.credentialBundle = credentialBundle
        self.publicKey = publicKey
        self.userId = userId
        self.organizationId = organizationId
        self.expirationSeconds = expirationSeconds
    }
}

/// What somebody else is asked to make a session for.
public struct LoginRequest: Sendable, Hashable {
    /// The organization of the last login's user, else the configuration's.
    public let organizationId: String
    /// The last login's user, where there is one.
    public let userId: String?
    /// For a stamp_login the session's key, 66 hex digits; for a bundle the embedded key, 130.
    public let publicKey: String
    public let expirationSeconds: Int
}
