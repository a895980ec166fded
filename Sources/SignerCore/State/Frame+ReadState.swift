// SPDX-License-Identifier: Apache-2.0

extension Frame {
    /// Restores the frame whose state lies in `memory`. Deadlines are neither lengthened nor shortened; the frame's
    /// next call ends and reports what is past its time.
    ///
    /// - Parameters:
    ///   - memory: What `writeState` wrote, followed by zeros.
    ///   - limits: The limits from now on. Sessions beyond them live on.
    ///   - bootId: The id of this boot.
    ///   - now: The current moment, not before that of writing.
    /// - Returns: The frame.
    /// - Throws: The first fault found in the state; then nothing of it is restored.
    static func readState(
        from memory: UnsafeRawBufferPointer,
        limits: FrameLimits,
        bootId: BootId,
        at now: BootInstant
    ) throws(StateError) -> Frame {
        let header = try unsafe StateHeader.read(memory)
        guard header.bootId == bootId.bytes else { throw .bootId }
        guard header.written <= now else { throw .future }
        var frame = Frame(limits: limits)
        frame.isLocked = header.isLocked
        var reader = unsafe StateReader(memory, from: header.counts.headerByteCount)
        if header.counts.embeddedKeys == 1 { frame.embeddedKey = try reader.embeddedKey() }
        var credentials = RestoredCredentials()
        for _ in 0..<header.counts.credentials { try credentials.add(reader.key()) }
        for _ in 0..<header.counts.sessions { try frame.restoreSession(&reader, &credentials, header.written) }
        for _ in 0..<header.counts.pendingKeys { try frame.restorePendingKey(&reader, &credentials, header.written) }
        for _ in 0..<header.counts.rememberedDeadlines { try frame.restoreDeadline(&reader, header.written) }
        for _ in 0..<header.counts.expiredNames { try frame.restoreExpiredName(&reader) }
        for _ in 0..<header.counts.approvers { try frame.restoreApprover(&reader) }
        if header.counts.waitingCards == 1 { try frame.restoreCard(&reader, &credentials, header.written) }
        if header.counts.answeredCards == 1 { frame.answeredCard = reader.digest() }
        guard credentials.areAllUsed else { throw .reference }
        try frame.checkRememberedDeadlines()
        frame.scheduleNextChange()
        return frame
    }

    private mutating func restoreSession(
        _ reader: inout StateReader,
        _ credentials: inout RestoredCredentials,
        _ written: BootInstant
    ) throws(StateError) {
        let name = try reader.name()
        guard !sessions.contains(where: { $0.name == name }) else { throw .duplicate }
        let credential = try credentials.use(at: reader.integer())
        let origin: Session.Origin = try reader.flag() ? .generated : .bundle
        let isExpiringAnnounced = try reader.flag()
        let organizationId = try reader.claim()
        let userId = try reader.claim()
        let deadline = try reader.moment(upTo: FrameLimits.longestExpirationSeconds, after: written)
        var session = Session(
            name: name,
            origin: origin,
            organizationId: organizationId,
            userId: userId,
            deadline: deadline,
            credential: credential
        )
        session.isExpiringAnnounced = isExpiringAnnounced
        sessions.append(session)
    }

    private mutating func restorePendingKey(
        _ reader: inout StateReader,
        _ credentials: inout RestoredCredentials,
        _ written: BootInstant
    ) throws(StateError) {
        let name = try reader.name()
        let credential = try credentials.useAlone(at: reader.integer())
        let dropped = try reader.moment(upTo: FrameLimits.longestPendingKeySeconds, after: written)
        pendingKeys[credential.publicKey] = PendingKey(credential: credential, name: name, dropped: dropped)
    }

    private mutating func restoreDeadline(_ reader: inout StateReader, _ written: BootInstant) throws(StateError) {
        let key = try reader.publicKey()
        let deadline = try reader.moment(upTo: FrameLimits.longestExpirationSeconds, after: written)
        guard rememberedDeadlines.updateValue(deadline, forKey: key) == nil else { throw .duplicate }
    }

    private mutating func restoreExpiredName(_ reader: inout StateReader) throws(StateError) {
        let name = try reader.name()
        let isAlive = sessions.contains { $0.name == name }
        guard !isAlive, !expiredNames.contains(name) else { throw .duplicate }
        expiredNames.append(name)
    }

    private mutating func restoreApprover(_ reader: inout StateReader) throws(StateError) {
        let place = Int(reader.integer(UInt8.self))
        let approver = reader.digest()
        guard sessions.indices.contains(place), sessions[place].origin == .generated else { throw .reference }
        guard approvers.updateValue(approver, forKey: sessions[place].publicKey) == nil else { throw .duplicate }
    }

    private mutating func restoreCard(
        _ reader: inout StateReader,
        _ credentials: inout RestoredCredentials,
        _ written: BootInstant
    ) throws(StateError) {
        let session = try reader.name()
        let credential = try credentials.useAlone(at: reader.integer())
        let nonce = reader.bytes(Card.nonceByteCount)
        let notAfter = reader.integer(Int64.self)
        guard (1...Card.latestNotAfter).contains(notAfter) else { throw .deadline }
        let dropped = try reader.moment(upTo: FrameLimits.longestPendingKeySeconds, after: written)
        waitingCard = Card(
            credential: credential,
            session: session,
            nonce: nonce,
            notAfter: notAfter,
            dropped: dropped,
            digest: reader.digest()
        )
    }

    /// Checks that each session's key has a remembered deadline; without it, a replayed bundle could outlive its
    /// session.
    private func checkRememberedDeadlines() throws(StateError) {
        for session in sessions where session.origin == .bundle {
            guard rememberedDeadlines[session.publicKey] == session.deadline else { throw .deadline }
        }
    }
}

/// The credentials of a state being read, and which of them are in use.
private struct RestoredCredentials {
    private var credentials: [Credential] = []
    private var used: Set<UInt8> = []

    mutating func add(_ key: consuming PrivateKey) throws(StateError) {
        let publicKey = key.publicKey
        guard !credentials.contains(where: { $0.publicKey == publicKey }) else { throw .duplicate }
        do throws(CryptoError) { credentials.append(try Credential(key)) } catch { throw .crypto(error) }
    }

    mutating func use(at place: UInt8) throws(StateError) -> Credential {
        guard credentials.indices.contains(Int(place)) else { throw .reference }
        used.insert(place)
        return credentials[Int(place)]
    }

    /// Returns the credential at `place` and checks that nothing else uses it.
    mutating func useAlone(at place: UInt8) throws(StateError) -> Credential {
        guard !used.contains(place) else { throw .duplicate }
        return try use(at: place)
    }

    var areAllUsed: Bool { used.count == credentials.count }
}

extension StateReader {
    /// Reads a moment of this boot, at most `seconds` after `start`.
    fileprivate mutating func moment(upTo seconds: Int64, after start: BootInstant) throws(StateError) -> BootInstant {
        let moment = moment()
        guard moment.nanoseconds > 0, moment <= start.adding(seconds: seconds) else { throw .deadline }
        return moment
    }

    fileprivate mutating func embeddedKey() throws(StateError) -> EmbeddedKey {
        let key = try key()
        let expiry = moment()
        guard expiry.nanoseconds > 0 else { throw .deadline }
        return EmbeddedKey(key: key, expiry: expiry)
    }
}
