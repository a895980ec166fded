// SPDX-License-Identifier: Apache-2.0

extension Frame {
    /// Appends the stamp of `payload` by the session's credential: the value of the `X-Stamp` header.
    ///
    /// The deadline is asked before and after signing: a stamp that is not ready in time does not leave the frame.
    ///
    /// - Parameters:
    ///   - payload: What to sign: the bytes whose SHA-256 is signed.
    ///   - name: The session's.
    ///   - expected: Refuse unless this is the key that would sign.
    ///   - now: When the call came.
    ///   - clock: Tells the time once the signature is made.
    ///   - text: Grows by about 360 bytes; not at all where this throws.
    /// - Returns: What was signed, by which key.
    /// - Throws: `.locked`, `.noSession`, `.sessionExpired`, `.publicKeyMismatch`, `.crypto`.
    @discardableResult
    package mutating func stamp(
        _ payload: Span<UInt8>,
        session name: SessionName,
        expecting expected: PublicKey?,
        at now: BootInstant,
        clock: () -> BootInstant,
        to text: inout [UInt8]
    ) throws(FrameError) -> Stamped {
        advance(to: now)
        guard !isLocked else { throw .locked }
        let index = try requireIndex(of: name)
        let credential = sessions[index].credential
        guard expected == nil || expected == credential.publicKey else {
            throw .publicKeyMismatch(credential.publicKey)
        }
        let byteCount = text.count
        let stamped: Stamped
        do throws(CryptoError) { stamped = try credential.appendStamp(of: payload, to: &text) } catch {
            throw .crypto(error)
        }
        let signed = clock()
        guard signed < sessions[index].deadline else {
            text.removeSubrange(byteCount...)
            advance(to: signed)
            throw .sessionExpired(name)
        }
        return stamped
    }
}
