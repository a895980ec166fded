// SPDX-License-Identifier: Apache-2.0

/// An event of a frame.
public struct Event: Sendable, Hashable {
    /// The kinds of events.
    // The wire's names stand in `Varlink` too, for the daemon; there they are no library's interface. A test compares them.
    public enum Kind: String, Codable, Sendable, Hashable, CaseIterable {
        /// The embedded key was made.
        case embeddedKeyCreated
        /// The embedded key was destroyed, by a reset or at its end.
        case embeddedKeyReset
        /// A session began.
        case sessionStarted
        /// Sent 60 s ahead of the end, and at once for a shorter session.
        case sessionExpiring
        /// A session reached its deadline.
        case sessionExpired
        /// A session was ended, replaced or reset.
        case sessionEnded
        /// A session ended because its key was reported as rejected by the API.
        case sessionRejected
        /// The frame was locked.
        case locked
        /// The frame was unlocked.
        case unlocked
        /// A stamp waits for a confirmation. Sent at the control socket only, like the next.
        case confirmationWanted
        /// A stamp no longer waits for a confirmation.
        case confirmationEnded
    }

    /// What happened.
    public let kind: Kind
    /// The session's name, if the event is about one.
    public let session: SessionName?
    /// The public key of the session that the event is about, or with which a waiting stamp would be made.
    public let publicKey: PublicKey?
    /// The new embedded public key, of `embeddedKeyCreated` alone: an uncompressed P-256 point, 130 lower-case hex digits.
    public let embeddedPublicKey: String?
    /// What is left of the new embedded key's or the session's life, or of the time for an answer
    /// (`confirmationWanted`).
    public let expiresInMilliseconds: Int?
    /// The confirmation's id, for `confirmationWanted` and `confirmationEnded` alone.
    public let confirmationId: String?

    /// Creates an event, for a test's own ``FrameClient``.
    public init(
        kind: Kind,
        session: SessionName? = nil,
        publicKey: PublicKey? = nil,
        embeddedPublicKey: String? = nil,
        expiresInMilliseconds: Int? = nil,
        confirmationId: String? = nil
    ) {
        self.kind = kind
        self.session = session
        self.publicKey = publicKey
        self.embeddedPublicKey = embeddedPublicKey
        self.expiresInMilliseconds = expiresInMilliseconds
        self.confirmationId = confirmationId
    }
}

// The wire has both kinds of keys in one member.
extension Event: Codable {
    private enum CodingKeys: String, CodingKey {
        case kind, session, publicKey, expiresInMilliseconds, confirmationId
    }

    /// Reads an event as a frame sends it.
    ///
    /// - Throws: `DecodingError` for a member that is missing or wrong.
    public init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: CodingKeys.self)
        let kind = try members.decode(Kind.self, forKey: .kind)
        let isOfEmbeddedKey = kind == .embeddedKeyCreated
        self.init(
            kind: kind,
            session: try members.decodeIfPresent(SessionName.self, forKey: .session),
            publicKey: isOfEmbeddedKey ? nil : try members.decodeIfPresent(PublicKey.self, forKey: .publicKey),
            embeddedPublicKey: isOfEmbeddedKey ? try members.decodeIfPresent(String.self, forKey: .publicKey) : nil,
            expiresInMilliseconds: try members.decodeIfPresent(Int.self, forKey: .expiresInMilliseconds),
            confirmationId: try members.decodeIfPresent(String.self, forKey: .confirmationId)
        )
    }

    /// Writes the event as a frame sends it.
    public func encode(to encoder: any Encoder) throws {
        var members = encoder.container(keyedBy: CodingKeys.self)
        try members.encode(kind, forKey: .kind)
        try members.encodeIfPresent(session, forKey: .session)
        let key = kind == .embeddedKeyCreated ? embeddedPublicKey : publicKey?.text
        try members.encodeIfPresent(key, forKey: .publicKey)
        try members.encodeIfPresent(expiresInMilliseconds, forKey: .expiresInMilliseconds)
        try members.encodeIfPresent(confirmationId, forKey: .confirmationId)
    }
}
