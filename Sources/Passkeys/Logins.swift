// SPDX-License-Identifier: Apache-2.0
public import Foundation

/// The request of a login to the program or page that holds the user's approval.
///
/// The login fills it in and passes it to its closure. With `stampedBy` the receiver writes and stamps a stamp_login
/// for the key, and returns a ``StampedLogin``. With `bundledBy` it makes and registers a session key, seals it to the
/// frame's embedded key, and returns a ``MadeBundle``.
public struct LoginRequest: Sendable, Hashable {
    /// The organization of the last login's user, else the configured one.
    public var organizationId: String
    /// The user whose session it must become: the last login's, if there is one. A page that makes a bundle for a user
    /// it is not told needs one more approval, because it asks the API first.
    public var userId: String?
    /// For a stamp_login the session's key, compressed: 66 lower-case hex digits. For a bundle the frame's embedded key,
    /// uncompressed: 130.
    public var publicKey: String
    /// The session's life to ask for. A site refuses more than it allows.
    public var expirationSeconds: Int

    /// Creates a request.
    public init(organizationId: String, userId: String? = nil, publicKey: String, expirationSeconds: Int = 900) {
        self.organizationId = organizationId
        self.userId = userId
        self.publicKey = publicKey
        self.expirationSeconds = expirationSeconds
    }
}

/// A stamp_login that was written and approved elsewhere, for example by a page of the user's own site, and is
/// submitted as it is.
public struct StampedLogin: Sendable, Hashable {
    /// The exact bytes that were stamped.
    public let body: Data
    /// The stamp of `body`, as the header to send.
    public let stamp: StampHeader

    /// Creates a login.
    public init(body: Data, stamp: StampHeader) {
        (self.body, self.stamp) = (body, stamp)
    }
}

/// A session created elsewhere for the frame, with a key that is registered already.
public struct MadeBundle: Sendable, Hashable {
    /// The bundle to inject. Its maker does not prove what is inside, so pass `publicKey` as the expected key when
    /// injecting.
    public let credentialBundle: String
    /// The key inside: compressed P-256 point, 66 lower-case hex digits. It is a text because its maker is not believed: the
    /// login checks it.
    public let publicKey: String
    /// The user's id.
    public let userId: String
    /// The organization's id.
    public let organizationId: String
    /// The session's life, no more than was asked for.
    public let expirationSeconds: Int

    /// Creates a bundle.
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
