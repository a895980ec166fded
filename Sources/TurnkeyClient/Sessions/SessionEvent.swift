// SPDX-License-Identifier: Apache-2.0

/// What happens to the sessions of a frame, whoever does it.
public enum SessionEvent: Sendable, Hashable {
    /// A session began: by a login or an injection, here or in another program.
    case created(session: String, publicKey: String)
    case selected(session: String)
    /// It ends in 60 s, or sooner.
    case warning(session: String, publicKey: String, expiresInMilliseconds: Int)
    /// It goes on with a new key.
    case refreshed(session: String, publicKey: String)
    case expired(session: String, publicKey: String)
    /// It was ended, reset, replaced, or the API no longer knew its key.
    case cleared(session: String, publicKey: String)
}
