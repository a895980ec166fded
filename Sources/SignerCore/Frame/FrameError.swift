// SPDX-License-Identifier: Apache-2.0

/// The reasons why a frame refuses a call. The frame is then as it was before.
package enum FrameError: Error, Hashable, Sendable {
    case noEmbeddedKey
    case noSession(SessionName)
    case sessionExpired(SessionName)
    /// Another key than the expected one would have signed, or is in the bundle: this one.
    case publicKeyMismatch(PublicKey)
    case locked
    /// Every place is taken. `retryAfterMilliseconds` says when one becomes free; nil if only a reset frees one.
    case tooManySessions(limit: Int, retryAfterMilliseconds: Int64?)
    case invalidBundle(BundleError)
    case unknownSessionKey(PublicKey)
    /// No card waits for an answer.
    case noCard
    /// A life of zero or fewer seconds, or of more than the limits allow.
    case invalidExpiration
    case crypto(CryptoError)
}
