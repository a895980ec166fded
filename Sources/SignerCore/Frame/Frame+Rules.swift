// SPDX-License-Identifier: Apache-2.0

/// What rules on payloads ask of a frame.
extension Frame {
    /// The session that would stamp now; what `stamp` refuses before it looks at the key.
    ///
    /// - Throws: `.locked`, `.noSession`, `.sessionExpired`.
    package mutating func stampingSession(_ name: SessionName, at now: BootInstant) throws(FrameError) -> Session {
        advance(to: now)
        guard !isLocked else { throw .locked }
        return sessions[try requireIndex(of: name)]
    }

    /// The key that was made for the name and waits for its activation; nil where none does.
    package func pendingKey(for name: SessionName) -> PublicKey? {
        pendingKeys.first { $0.value.name == name }?.key
    }
}
