// SPDX-License-Identifier: Apache-2.0

/// What the rules on payloads need to know from a frame.
extension Frame {
    /// Finds the session that would stamp now, with the refusals of `stamp` that come before its check of the key.
    ///
    /// - Throws: `.locked`, `.noSession`, `.sessionExpired`.
    package mutating func stampingSession(_ name: SessionName, at now: BootInstant) throws(FrameError) -> Session {
        advance(to: now)
        guard !isLocked else { throw .locked }
        return sessions[try requireIndex(of: name)]
    }

    /// Returns the generated key that waits for its activation under the name; nil if there is none.
    package func pendingKey(for name: SessionName) -> PublicKey? {
        pendingKeys.first { $0.value.name == name }?.key
    }
}
