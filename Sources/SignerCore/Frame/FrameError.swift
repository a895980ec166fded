// SPDX-License-Identifier: Apache-2.0

/// Why a frame did not do what it was asked; in each case it is as it was before.
package enum FrameError: Error, Hashable, Sendable {
    case noEmbeddedKey
    case noSession(SessionName)
    case sessionExpired(SessionName)
    /// The key that would have signed, or that the bundle holds.
    case publicKeyMismatch(PublicKey)
    case locked
    /// `retryAfterMilliseconds`: when a place becomes free by itself; nil where only a reset makes one.
    case tooManySessions(limit: Int, retryAfterMilliseconds: Int64?)
    case invalidBundle(BundleError)
    case unknownSessionKey(PublicKey)
    /// Seconds of 0, less, or more than the frame is configured to allow.
    case invalidExpiration
    case crypto(CryptoError)
}
