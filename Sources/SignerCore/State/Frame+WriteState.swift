// SPDX-License-Identifier: Apache-2.0

extension Frame {
    /// Whether the frame is as a new one: no key, no session, no remembered deadline or name, not locked.
    package var isBlank: Bool {
        !hasEmbeddedKey && sessions.isEmpty && pendingKeys.isEmpty && rememberedDeadlines.isEmpty
            && expiredNames.isEmpty && waitingCard == nil && answeredCard == nil && !isLocked
    }

    /// Writes everything that the frame holds, except for events that were not taken.
    ///
    /// - Parameters:
    ///   - memory: Where to write; bytes behind the state keep their value.
    ///   - generation: The number that orders states of one frame; the higher one is later.
    ///   - bootId: The id of this boot.
    ///   - now: The moment of writing.
    /// - Returns: How many bytes were written.
    /// - Throws: `.count`, `.length` (no room), `.crypto`.
    func writeState(
        to memory: UnsafeMutableRawBufferPointer,
        generation: UInt64,
        bootId: BootId,
        at now: BootInstant
    ) throws(StateError) -> Int {
        let credentials = distinctCredentials
        let counts = StateHeader.Counts(
            credentials: credentials.count,
            sessions: sessions.count,
            pendingKeys: pendingKeys.count,
            rememberedDeadlines: rememberedDeadlines.count,
            expiredNames: expiredNames.count,
            embeddedKeys: hasEmbeddedKey ? 1 : 0,
            approvers: approvers.count,
            waitingCards: waitingCard == nil ? 0 : 1,
            answeredCards: answeredCard == nil ? 0 : 1
        )
        guard counts.areAllowed else { throw .count }
        guard counts.byteCount <= memory.count else { throw .length }
        var writer = unsafe StateWriter(memory)
        writer.write(
            StateHeader(generation: generation, bootId: bootId.bytes, written: now, counts: counts, isLocked: isLocked)
        )
        writeKeys(credentials, to: &writer)
        writeSessions(credentials, to: &writer)
        for (key, deadline) in rememberedDeadlines {
            writer.write(key)
            writer.write(deadline)
        }
        for name in expiredNames { writer.write(name) }
        writeCards(credentials, to: &writer)
        try writer.writeChecksum()
        return writer.byteCount
    }

    /// The credentials, each once, even if several sessions use it.
    private var distinctCredentials: [Credential] {
        var seen: Set<PublicKey> = []
        let all =
            sessions.map(\.credential) + pendingKeys.values.map(\.credential)
            + (waitingCard.map { [$0.credential] } ?? [])
        return all.filter { seen.insert($0.publicKey).inserted }
    }

    private func writeKeys(_ credentials: [Credential], to writer: inout StateWriter) {
        switch embeddedKey {
        case .some(let embeddedKey):
            writer.write(scalarOf: embeddedKey.key)
            writer.write(embeddedKey.key.publicKey)
            writer.write(embeddedKey.expiry)
        case .none: break
        }
        for credential in credentials {
            writer.write(scalarOf: credential.key)
            writer.write(credential.publicKey)
        }
    }

    private func writeSessions(_ credentials: [Credential], to writer: inout StateWriter) {
        var places: [PublicKey: UInt8] = [:]
        for (place, credential) in credentials.enumerated() { places[credential.publicKey] = UInt8(clamping: place) }
        for session in sessions {
            writer.write(session.name)
            writer.write(places[session.publicKey] ?? .max)
            writer.write(session.origin == .generated)
            writer.write(session.isExpiringAnnounced)
            writer.write(session.organizationId)
            writer.write(session.userId)
            writer.write(session.deadline)
        }
        for (key, pending) in pendingKeys {
            writer.write(pending.name)
            writer.write(places[key] ?? .max)
            writer.write(pending.dropped)
        }
    }

    private func writeCards(_ credentials: [Credential], to writer: inout StateWriter) {
        for (key, approver) in approvers {
            writer.write(UInt8(clamping: sessions.firstIndex { $0.publicKey == key } ?? .max))
            writer.write(approver)
        }
        if let card = waitingCard {
            writer.write(card.session)
            writer.write(UInt8(clamping: credentials.firstIndex { $0.publicKey == card.publicKey } ?? .max))
            writer.write(card.nonce, paddedByteCount: Card.nonceByteCount)
            writer.write(card.notAfter)
            writer.write(card.dropped)
            writer.write(card.digest)
        }
        if let answeredCard { writer.write(answeredCard) }
    }
}

extension StateWriter {
    fileprivate mutating func write(_ header: StateHeader) {
        write(StateHeader.magic)
        write(header.counts.version)
        write(UInt32(clamping: header.counts.byteCount))
        write(header.generation)
        write(header.bootId, paddedByteCount: BootId.byteCount)
        write(header.written)
        write(count: header.counts.credentials)
        write(count: header.counts.sessions)
        write(count: header.counts.pendingKeys)
        write(count: header.counts.rememberedDeadlines)
        write(count: header.counts.expiredNames)
        write(header.isLocked)
        write(header.counts.embeddedKeys == 1)
        guard header.counts.version > StateHeader.firstVersion else { return }
        write(count: header.counts.approvers)
        write(header.counts.waitingCards == 1)
        write(header.counts.answeredCards == 1)
    }
}
