// SPDX-License-Identifier: Apache-2.0

/// Cards, which an approver answers.
extension Frame {
    /// The card that waits for its answer.
    ///
    /// - Parameters:
    ///   - now: When the call came.
    ///   - wallSeconds: CLOCK_REALTIME, since 1970: a card whose end has passed by it is dropped with its key.
    /// - Returns: Nil where none waits.
    package mutating func card(at now: BootInstant, wallSeconds: Int64) -> Card? {
        advance(to: now)
        if let waiting = waitingCard, wallSeconds >= waiting.notAfter { dropCard() }
        return waitingCard
    }

    /// Makes a key for a new card, in place of the one that waited. Also while the frame is locked: a key that waits stamps
    /// nothing.
    ///
    /// - Parameters:
    ///   - session: Whose the key becomes.
    ///   - seconds: How long the key waits.
    ///   - nonce: 16 bytes.
    ///   - notAfter: The card's end by CLOCK_REALTIME, in seconds since 1970.
    ///   - now: When the call came.
    ///   - digest: Gets the key, and returns the hash of the card's bytes.
    /// - Returns: The card.
    /// - Throws: `.crypto`.
    package mutating func makeCard(
        for session: SessionName,
        seconds: Int64,
        nonce: [UInt8],
        notAfter: Int64,
        at now: BootInstant,
        digest: (PublicKey) throws(CryptoError) -> SHA256Digest
    ) throws(FrameError) -> Card {
        advance(to: now)
        let card: Card
        do throws(CryptoError) {
            let credential = try Credential(.generate())
            card = Card(
                credential: credential,
                session: session,
                nonce: nonce,
                notAfter: notAfter,
                dropped: now.adding(seconds: min(seconds, FrameLimits.longestPendingKeySeconds)),
                digest: try digest(credential.publicKey)
            )
        } catch { throw .crypto(error) }
        waitingCard = card
        scheduleNextChange()
        return card
    }

    /// Drops the card that waits, and its key.
    package mutating func dropCard() {
        guard waitingCard != nil else { return }
        waitingCard = nil
        scheduleNextChange()
    }

    /// Starts the session of the waiting card's key; the card is answered then.
    ///
    /// - Parameters:
    ///   - approved: What the answer says; its deadline is cut to what the frame grants at most.
    ///   - now: When the call came.
    ///   - isRecorded: Gets the card's key once nothing else forbids the session; returns whether its start is recorded.
    /// - Returns: The session, alive; nil if `isRecorded` returned false, and then the card still waits.
    /// - Throws: `.locked`, `.noCard`, `.invalidExpiration` (the deadline has passed), `.tooManySessions`.
    package mutating func startApproved(
        _ approved: ApprovedSession,
        at now: BootInstant,
        ifRecorded isRecorded: (PublicKey) -> Bool
    ) throws(FrameError) -> Session? {
        advance(to: now)
        guard !isLocked else { throw .locked }
        guard let card = waitingCard else { throw .noCard }
        let deadline = min(approved.deadline, now.adding(seconds: limits.maximumExpirationSeconds))
        guard now < deadline else { throw .invalidExpiration }
        try requirePlace(for: card.session, at: now)
        guard isRecorded(card.publicKey) else { return nil }
        waitingCard = nil
        answeredCard = card.digest
        approvers[card.publicKey] = approved.approver
        let request = SessionRequest(
            name: card.session,
            organizationId: approved.organizationId,
            userId: approved.userId
        )
        return start(request, .generated, card.credential, deadline: deadline, at: now)
    }

    /// Ends each session that an approver let begin, and that `mayRun` says nothing for.
    ///
    /// - Parameters:
    ///   - now: When this is.
    ///   - mayRun: Gets a session and its approver.
    /// - Returns: Those that ended, with their approvers.
    package mutating func endApproved(
        at now: BootInstant,
        unless mayRun: (Session, SHA256Digest) -> Bool
    ) -> [(Session, SHA256Digest)] {
        advance(to: now)
        guard !approvers.isEmpty else { return [] }
        let ended = sessions.compactMap { session in
            approvers[session.publicKey].flatMap { mayRun(session, $0) ? nil : (session, $0) }
        }
        guard !ended.isEmpty else { return [] }
        for (session, _) in ended { events.append(.sessionEnded(session.name, session.publicKey)) }
        sessions.removeAll { session in ended.contains { $0.0.name == session.name } }
        scheduleNextChange()
        return ended
    }
}
