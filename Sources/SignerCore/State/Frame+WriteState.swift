// SPDX-License-Identifier: Apache-2.0

extension Frame {
    /// Whether it is as a new one: no key, no session, nothing remembered, not locked.
    package var isBlank: Bool {
        !hasEmbeddedKey && sessions.isEmpty && pendingKeys.isEmpty && rememberedDeadlines.isEmpty
            && expiredNames.isEmpty && !isLocked
    }

    /// Writes everything that the frame holds; events that nobody took are not part of it.
    ///
    /// - Parameters:
    ///   - memory: Where to; bytes behind the state stay as they are.
    ///   - generation: Tells two states of one frame apart: the higher is the later.
    ///   - bootId: Of this boot.
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
            embeddedKeys: hasEmbeddedKey ? 1 : 0
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
        try writer.writeChecksum()
        return writer.byteCount
    }

    /// Each once, whatever it is used for.
    private var distinctCredentials: [Credential] {
        var seen: Set<PublicKey> = []
        let all = sessions.map(\.credential) + pendingKeys.values.map(\.credential)
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
}

extension StateWriter {
    fileprivate mutating func write(_ header: StateHeader) {
        write(StateHeader.magic)
        write(StateHeader.version)
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
    }
}
