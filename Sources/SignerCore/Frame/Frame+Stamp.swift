// SPDX-License-Identifier: Apache-2.0

extension Frame {
    /// Appends the stamp of `payload` by the session's credential: the value of the `X-Stamp` header.
    ///
    /// The deadline is checked before and after signing, so that a stamp that is not ready in time does not leave the
    /// frame.
    ///
    /// - Parameters:
    ///   - payload: The bytes whose SHA-256 is signed.
    ///   - name: The session's name.
    ///   - expected: The key that must sign; nil accepts any.
    ///   - now: When the call came.
    ///   - clock: Returns the time after the signature is made.
    ///   - text: Grows by about 360 bytes; unchanged if this throws.
    /// - Returns: The key that signed, and the digest that it signed.
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
