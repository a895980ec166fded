// SPDX-License-Identifier: Apache-2.0

extension Frame {
    /// Opens a credential bundle with the embedded key and makes its credential the session's.
    ///
    /// The deadline belongs to the credential's public key: injecting the same key again, under any name, may shorten
    /// the deadline of all its sessions, and never lengthens it.
    ///
    /// - Parameters:
    ///   - bundle: The bundle's text in UTF-8, as the API, an e-mail or a page gave it.
    ///   - request: The name, life and claims that the caller asks for.
    ///   - expected: The key that the bundle must hold; nil accepts any.
    ///   - now: When the call came.
    /// - Returns: The session, alive.
    /// - Throws: `.invalidExpiration`, `.locked`, `.noEmbeddedKey`, `.invalidBundle`, `.publicKeyMismatch`,
    ///   `.sessionExpired` (this key's deadline has passed), `.tooManySessions`, `.crypto`.
    package mutating func injectCredentialBundle(
        _ bundle: Span<UInt8>,
        as request: SessionRequest,
        expecting expected: PublicKey?,
        at now: BootInstant
    ) throws(FrameError) -> Session {
        let asked = try deadline(of: request, at: now)
        guard !isLocked else { throw .locked }
        let key = try openBundle(bundle)
        let publicKey = key.publicKey
        guard expected == nil || expected == publicKey else { throw .publicKeyMismatch(publicKey) }
        let remembered = rememberedDeadlines[publicKey]
        if let remembered, now >= remembered { throw .sessionExpired(request.name) }
        if remembered == nil, rememberedDeadlines.count >= limits.maximumRememberedDeadlines {
            throw .tooManySessions(limit: limits.maximumRememberedDeadlines, retryAfterMilliseconds: nil)
        }
        try requirePlace(for: request.name, at: now)
        let credential = try credential(for: key)
        let deadline = min(asked, remembered ?? asked)
        rememberedDeadlines[publicKey] = deadline
        for index in sessions.indices where sessions[index].publicKey == publicKey {
            sessions[index].deadline = deadline
        }
        return start(request, .bundle, credential, deadline: deadline, at: now)
    }

    /// Makes a key pair that never leaves the frame. It stamps nothing until it is activated.
    ///
    /// Each name has at most one such key: a new one replaces the one that waits under the same name.
    ///
    /// - Throws: `.locked`, `.tooManySessions` (the limit of names with a waiting key is reached), `.crypto`.
    package mutating func createSessionKey(for name: SessionName, at now: BootInstant) throws(FrameError) -> PublicKey {
        advance(to: now)
        guard !isLocked else { throw .locked }
        let others = pendingKeys.filter { $0.value.name != name }
        let ends = others.values.map(\.dropped)
        try requirePlace(among: ends, limit: limits.maximumPendingKeys, at: now)
        let credential: Credential
        do throws(CryptoError) { credential = try Credential(.generate()) } catch { throw .crypto(error) }
        pendingKeys = others
        let dropped = now.adding(seconds: limits.pendingKeySeconds)
        pendingKeys[credential.publicKey] = PendingKey(credential: credential, name: name, dropped: dropped)
        scheduleNextChange()
        return credential.publicKey
    }

    /// Drops a generated key that waits for its activation, even while the frame is locked. Any other key changes
    /// nothing.
    ///
    /// - Returns: The name under which the key waited; nil if it did not wait.
    package mutating func dropSessionKey(_ publicKey: PublicKey, at now: BootInstant) -> SessionName? {
        advance(to: now)
        guard let dropped = pendingKeys.removeValue(forKey: publicKey) else { return nil }
        scheduleNextChange()
        return dropped.name
    }

    /// Starts the session of a generated key under the name for which it was made. Works once for each key.
    ///
    /// - Parameters:
    ///   - publicKey: A key that `createSessionKey` made.
    ///   - request: The life and claims that the caller asks for; its name is ignored.
    ///   - now: When the call came.
    /// - Returns: The session, alive.
    /// - Throws: `.invalidExpiration`, `.locked`, `.unknownSessionKey`, `.tooManySessions`.
    package mutating func activateSession(
        _ publicKey: PublicKey,
        as request: SessionRequest,
        at now: BootInstant
    ) throws(FrameError) -> Session {
        let deadline = try deadline(of: request, at: now)
        guard !isLocked else { throw .locked }
        guard let pending = pendingKeys[publicKey] else { throw .unknownSessionKey(publicKey) }
        try requirePlace(for: pending.name, at: now)
        pendingKeys[publicKey] = nil
        var request = request
        request.name = pending.name
        return start(request, .generated, pending.credential, deadline: deadline, at: now)
    }

    /// Ends the session and wipes its credential, if no other session uses that.
    ///
    /// - Throws: `.noSession`, `.sessionExpired`.
    package mutating func endSession(_ name: SessionName, at now: BootInstant) throws(FrameError) {
        advance(to: now)
        let index = try requireIndex(of: name)
        let session = sessions.remove(at: index)
        events.append(.sessionEnded(session.name, session.publicKey))
        scheduleNextChange()
    }

    /// Ends sessions whose key the API has rejected: the named session if it has this key, or every session of the key.
    /// An unknown key changes nothing.
    package mutating func reportRejected(_ publicKey: PublicKey, session name: SessionName?, at now: BootInstant) {
        advance(to: now)
        func isRejected(_ session: Session) -> Bool {
            session.publicKey == publicKey && (name == nil || name == session.name)
        }
        guard sessions.contains(where: isRejected) else { return }
        for session in sessions where isRejected(session) {
            events.append(.sessionRejected(session.name, session.publicKey))
        }
        sessions.removeAll(where: isRejected)
        scheduleNextChange()
    }

    /// Returns the session of this name.
    ///
    /// - Throws: `.noSession`, `.sessionExpired`.
    package mutating func session(_ name: SessionName, at now: BootInstant) throws(FrameError) -> Session {
        advance(to: now)
        return sessions[try requireIndex(of: name)]
    }

    /// Returns the living sessions, sorted by name.
    package mutating func listSessions(at now: BootInstant) -> [Session] {
        advance(to: now)
        return sessions.sorted { $0.name < $1.name }
    }

    /// Makes the frame refuse stamps and new credentials until `unlock`. Deadlines run on.
    package mutating func lock(at now: BootInstant) { setLocked(true, at: now) }

    /// Lifts `lock`.
    package mutating func unlock(at now: BootInstant) { setLocked(false, at: now) }
}

extension Frame {
    func requireIndex(of name: SessionName) throws(FrameError) -> Int {
        for index in sessions.indices where sessions[index].name == name { return index }
        throw expiredNames.contains(name) ? .sessionExpired(name) : .noSession(name)
    }

    private mutating func setLocked(_ isLocked: Bool, at now: BootInstant) {
        advance(to: now)
        guard isLocked != self.isLocked else { return }
        self.isLocked = isLocked
        events.append(isLocked ? .locked : .unlocked)
    }

    private mutating func deadline(of request: SessionRequest, at now: BootInstant) throws(FrameError) -> BootInstant {
        advance(to: now)
        let seconds = FrameLimits.lifetime(
            asked: request.expirationSeconds,
            default: limits.defaultExpirationSeconds,
            maximum: limits.maximumExpirationSeconds
        )
        guard let seconds else { throw .invalidExpiration }
        return now.adding(seconds: seconds)
    }

    private func openBundle(_ text: Span<UInt8>) throws(FrameError) -> PrivateKey {
        switch embeddedKey {
        case .some(let embeddedKey):
            do throws(CredentialBundle.Failure) {
                return try CredentialBundle.read(text).open(with: embeddedKey.key)
            } catch {
                switch error {
                case .refused(let reason): throw .invalidBundle(reason)
                case .crypto(let error): throw .crypto(error)
                }
            }
        case .none: throw .noEmbeddedKey
        }
    }

    func requirePlace(for name: SessionName, at now: BootInstant) throws(FrameError) {
        guard !sessions.contains(where: { $0.name == name }) else { return }
        try requirePlace(among: sessions.map(\.deadline), limit: limits.maximumSessions, at: now)
    }

    /// Checks that a place is free.
    ///
    /// - Parameters:
    ///   - ends: The moments at which those who hold a place end.
    ///   - limit: How many places there are. More may be held, if the limit was lowered.
    ///   - now: When the call came.
    /// - Throws: `.tooManySessions`, with the milliseconds until enough have ended that a place is free, rounded up.
    private func requirePlace(among ends: [BootInstant], limit: Int, at now: BootInstant) throws(FrameError) {
        guard ends.count >= limit else { return }
        let index = ends.count - limit
        let free: BootInstant? = index < ends.count ? ends.sorted()[index] : nil
        throw .tooManySessions(limit: limit, retryAfterMilliseconds: free.map { now.milliseconds(until: $0) + 1 })
    }

    /// Returns the existing credential of this key, so that the key exists once; else makes one.
    private func credential(for key: consuming PrivateKey) throws(FrameError) -> Credential {
        let publicKey = key.publicKey
        if let session = sessions.first(where: { $0.publicKey == publicKey }) { return session.credential }
        do throws(CryptoError) { return try Credential(key) } catch { throw .crypto(error) }
    }

    mutating func start(
        _ request: SessionRequest,
        _ origin: Session.Origin,
        _ credential: Credential,
        deadline: BootInstant,
        at now: BootInstant
    ) -> Session {
        if let index = sessions.firstIndex(where: { $0.name == request.name }) {
            let replaced = sessions.remove(at: index)
            events.append(.sessionEnded(replaced.name, replaced.publicKey))
        }
        expiredNames.removeAll { $0 == request.name }
        let session = Session(
            name: request.name,
            origin: origin,
            organizationId: request.organizationId,
            userId: request.userId,
            deadline: deadline,
            credential: credential
        )
        sessions.append(session)
        events.append(
            .sessionStarted(
                session.name,
                session.publicKey,
                expiresInMilliseconds: now.milliseconds(until: deadline)
            )
        )
        scheduleNextChange()
        advance(to: now)
        return session
    }
}
