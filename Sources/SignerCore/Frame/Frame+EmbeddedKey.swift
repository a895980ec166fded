// SPDX-License-Identifier: Apache-2.0

extension Frame {
    /// The public part of the embedded key.
    package struct PublishedKey: Sendable {
        /// The public key in SEC 1's uncompressed form, 65 bytes.
        package let publicKey: [UInt8]
        /// The remaining life of the key.
        package let expiresInMilliseconds: Int64
    }

    /// Makes the embedded key, or returns the one that exists, its life unchanged.
    ///
    /// - Parameters:
    ///   - expirationSeconds: The life of a new key, at least 1; for nil, the limits decide, by default 172,800 (48 h).
    ///   - now: When the call came.
    /// - Returns: The public key, and its remaining life.
    /// - Throws: `.invalidExpiration`, `.crypto`.
    package mutating func initEmbeddedKey(
        expirationSeconds: Int64?,
        at now: BootInstant
    ) throws(FrameError) -> PublishedKey {
        advance(to: now)
        let seconds = FrameLimits.lifetime(
            asked: expirationSeconds,
            default: limits.defaultEmbeddedKeyExpirationSeconds,
            maximum: .max
        )
        guard let seconds else { throw .invalidExpiration }
        if let published = publishedKey(at: now) { return published }
        embeddedKey = try makeEmbeddedKey(expiry: now.adding(seconds: seconds))
        return try announceEmbeddedKey(at: now)
    }

    /// Returns the embedded public key, and its remaining life.
    ///
    /// - Throws: `.noEmbeddedKey`.
    package mutating func embeddedPublicKey(at now: BootInstant) throws(FrameError) -> PublishedKey {
        advance(to: now)
        guard let published = publishedKey(at: now) else { throw .noEmbeddedKey }
        return published
    }

    /// Destroys the embedded key and every credential, and forgets expired ones. A locked frame stays locked.
    package mutating func reset(at now: BootInstant) {
        advance(to: now)
        let hadSomething = hasEmbeddedKey || !sessions.isEmpty || !pendingKeys.isEmpty || waitingCard != nil
        for session in sessions { events.append(.sessionEnded(session.name, session.publicKey)) }
        sessions.removeAll()
        pendingKeys.removeAll()
        waitingCard = nil
        answeredCard = nil
        rememberedDeadlines.removeAll()
        expiredNames.removeAll()
        embeddedKey = nil
        if hadSomething { events.append(.embeddedKeyReset) }
        scheduleNextChange()
    }

    /// Whether there is an embedded key.
    package var hasEmbeddedKey: Bool { embeddedKeyExpiry != nil }

    var embeddedKeyExpiry: BootInstant? {
        switch embeddedKey {
        case .some(let key): key.expiry
        case .none: nil
        }
    }

    /// Ends the embedded key's life. Sessions that are alive live on, and so do their deadlines.
    mutating func expireEmbeddedKey(at expiry: BootInstant) {
        embeddedKey = nil
        let living = sessions.filter { expiry < $0.deadline }
        rememberedDeadlines = rememberedDeadlines.filter { key, _ in living.contains { $0.publicKey == key } }
        events.append(.embeddedKeyReset)
    }

    private func publishedKey(at now: BootInstant) -> PublishedKey? {
        switch embeddedKey {
        case .some(let key):
            PublishedKey(publicKey: key.publicKey, expiresInMilliseconds: now.milliseconds(until: key.expiry))
        case .none: nil
        }
    }

    private mutating func announceEmbeddedKey(at now: BootInstant) throws(FrameError) -> PublishedKey {
        scheduleNextChange()
        guard let published = publishedKey(at: now) else { throw .noEmbeddedKey }
        events.append(
            .embeddedKeyCreated(
                publicKey: published.publicKey,
                expiresInMilliseconds: published.expiresInMilliseconds
            )
        )
        return published
    }

    private func makeEmbeddedKey(expiry: BootInstant) throws(FrameError) -> EmbeddedKey {
        do throws(CryptoError) {
            return EmbeddedKey(key: try PrivateKey.generate(), expiry: expiry)
        } catch { throw .crypto(error) }
    }
}
