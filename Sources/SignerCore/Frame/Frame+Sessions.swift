// SPDX-License-Identifier: Apache-2.0

extension Frame {
    /// Opens the bundle with the embedded key; its credential stamps as the session from now on.
    ///
    /// The deadline belongs to the credential's public key: the same key again, under any name, may get an earlier one,
    /// for each of its sessions, never a later one.
    ///
    /// - Parameters:
    ///   - bundle: The text that the API, an e-mail or a page gave, UTF-8.
    ///   - request: What the injector asks of the session.
    ///   - expected: Refuse a bundle that holds another key.
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

    /// Makes a key pair that never leaves the frame; it stamps nothing until it is activated.
    ///
    /// One key a name waits: a new one takes the place of the one that waits for the same name.
    ///
    /// - Throws: `.locked`, `.tooManySessions` (as many names have one as may), `.crypto`.
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

    /// Drops a generated key that waits for its activation; any other key changes nothing. Also while the frame is locked.
    ///
    /// - Returns: The name that the key waited for; nil where it did not wait.
    package mutating func dropSessionKey(_ publicKey: PublicKey, at now: BootInstant) -> SessionName? {
        advance(to: now)
        guard let dropped = pendingKeys.removeValue(forKey: publicKey) else { return nil }
        scheduleNextChange()
        return dropped.name
    }

    /// Starts the session of a generated key, under the name that it was made for; once.
    ///
    /// - Parameters:
    ///   - publicKey: A key that `createSessionKey` made.
    ///   - request: Its name is not looked at.
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

    /// - Throws: `.noSession`, `.sessionExpired`.
    package mutating func endSession(_ name: SessionName, at now: BootInstant) throws(FrameError) {
        advance(to: now)
        let index = try requireIndex(of: name)
        let session = sessions.remove(at: index)
        events.append(.sessionEnded(session.name, session.publicKey))
        scheduleNextChange()
    }

    /// The API no longer knows the key: ends the named session where it is this key's, or each session of the key. An
    /// unknown key changes nothing.
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

    /// - Throws: `.noSession`, `.sessionExpired`.
    package mutating func session(_ name: SessionName, at now: BootInstant) throws(FrameError) -> Session {
        advance(to: now)
        return sessions[try requireIndex(of: name)]
    }

    /// The sessions alive, by name.
    package mutating func listSessions(at now: BootInstant) -> [Session] {
        advance(to: now)
        return sessions.sorted { $0.name < $1.name }
    }

    /// Refuses stamps and new credentials until `unlock`; deadlines run on.
    package mutating func lock(at now: BootInstant) { setLocked(true, at: now) }

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

    private func requirePlace(for name: SessionName, at now: BootInstant) throws(FrameError) {
        guard !sessions.contains(where: { $0.name == name }) else { return }
        try requirePlace(among: sessions.map(\.deadline), limit: limits.maximumSessions, at: now)
    }

    /// - Parameters:
    ///   - ends: When each of those ends that hold a place.
    ///   - limit: As many places as there are; more may be held, where the limit was lowered.
    ///   - now: When the call came.
    /// - Throws: `.tooManySessions`, with what is left until so many have ended that a place is free, rounded up.
    private func requirePlace(among ends: [BootInstant], limit: Int, at now: BootInstant) throws(FrameError) {
        guard ends.count >= limit else { return }
        let index = ends.count - limit
        let free: BootInstant? = index < ends.count ? ends.sorted()[index] : nil
        throw .tooManySessions(limit: limit, retryAfterMilliseconds: free.map { now.milliseconds(until: $0) + 1 })
    }

    /// The credential that is there already for this key, so that the key exists once; else a new one.
    private func credential(for key: consuming PrivateKey) throws(FrameError) -> Credential {
        let publicKey = key.publicKey
        if let session = sessions.first(where: { $0.publicKey == publicKey }) { return session.credential }
        do throws(CryptoError) { return try Credential(key) } catch { throw .crypto(error) }
    }

    private mutating func start(
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
