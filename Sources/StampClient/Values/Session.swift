// SPDX-License-Identifier: Apache-2.0

/// A named credential that may stamp until its deadline.
public struct Session: Codable, Sendable, Hashable {
    /// Where a session's credential comes from.
    public enum Origin: String, Codable, Sendable, Hashable, CaseIterable {
        /// A credential bundle that was injected.
        case bundle
        /// The frame, which generated it; the private key never existed elsewhere.
        case generated
    }

    /// The session's name; `default` if none was chosen.
    public let name: SessionName
    /// The credential's public key.
    public let publicKey: PublicKey
    /// The organization that the injecting program claimed, unverified; at most 128 printable ASCII bytes.
    public let organizationId: String?
    /// The user that the injecting program claimed, unverified; at most 128 printable ASCII bytes.
    public let userId: String?
    /// Where the session's key comes from: a bundle, or the frame itself.
    public let origin: Origin
    /// The remaining life of the session when the frame answered.
    public let expiresInMilliseconds: Int

    /// Creates a session, for a test's own ``FrameClient``.
    public init(
        name: SessionName = .default,
        publicKey: PublicKey,
        organizationId: String? = nil,
        userId: String? = nil,
        origin: Origin = .generated,
        expiresInMilliseconds: Int
    ) {
        self.name = name
        self.publicKey = publicKey
        self.organizationId = organizationId
        self.userId = userId
        self.origin = origin
        self.expiresInMilliseconds = expiresInMilliseconds
    }
}

/// The life of a new session, and the organization and user that are recorded with it.
public struct SessionTerms: Sendable, Hashable {
    /// The session's life in seconds; `nil` for 900, or for the frame's `maximumExpirationSeconds` if that is less. A longer
    /// life than that maximum is refused, not shortened.
    public var expirationSeconds: Int?
    /// The organization to show with the session, unverified; at most 128 printable ASCII bytes.
    public var organizationId: String?
    /// The user to show with the session, unverified; at most 128 printable ASCII bytes.
    public var userId: String?

    /// Creates terms.
    public init(expirationSeconds: Int? = nil, organizationId: String? = nil, userId: String? = nil) {
        self.expirationSeconds = expirationSeconds
        self.organizationId = organizationId
        self.userId = userId
    }
}

/// The header that proves to Turnkey's API who sent a payload.
public struct Stamp: Codable, Sendable, Hashable {
    /// The header's name: `X-Stamp`.
    public let stampHeaderName: String
    /// The header's value: unpadded base64url of
    /// `{"publicKey":…,"scheme":"SIGNATURE_SCHEME_TK_API_P256","signature":…}`.
    public let stampHeaderValue: String

    /// Creates a header, for a test's own ``FrameClient``.
    public init(stampHeaderName: String = "X-Stamp", stampHeaderValue: String) {
        self.stampHeaderName = stampHeaderName
        self.stampHeaderValue = stampHeaderValue
    }
}
