// SPDX-License-Identifier: Apache-2.0
import StampClient

/// For whom a registered key stamps, and until when. Its life runs already, whether or not the frame has the session.
struct RunningTerms: Sendable, Hashable {
    let userId: String
    let organizationId: String
    let expiry: Expiry

    /// Returns the terms of what is left for the session of this name.
    ///
    /// - Throws: `.frame(.sessionExpired)` if nothing is left, because the key was made too long ago.
    func left(for name: SessionName) throws(TurnkeyError) -> SessionTerms {
        let seconds = expiry.remainingSeconds
        guard seconds > 0 else { throw .frame(.sessionExpired(session: name, fallback: .passkey)) }
        return SessionTerms(expirationSeconds: seconds, organizationId: organizationId, userId: userId)
    }
}
