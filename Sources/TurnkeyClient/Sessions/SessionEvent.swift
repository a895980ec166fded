// SPDX-License-Identifier: Apache-2.0
public import StampClient

/// An event of a frame's sessions, whichever program caused it.
public enum SessionEvent: Sendable, Hashable {
    /// A session began, by a login or an injection, in this or another program.
    case created(session: SessionName, publicKey: PublicKey)
    /// The session was selected as the one that calls without a name use.
    case selected(session: SessionName)
    /// The session ends in 60 s, or sooner.
    case warning(session: SessionName, publicKey: PublicKey, expiresInMilliseconds: Int)
    /// The session goes on with a new key.
    case refreshed(session: SessionName, publicKey: PublicKey)
    /// The session reached its deadline.
    case expired(session: SessionName, publicKey: PublicKey)
    /// The session ended: it was ended, reset or replaced, or the API no longer knew its key.
    case cleared(session: SessionName, publicKey: PublicKey)
}
