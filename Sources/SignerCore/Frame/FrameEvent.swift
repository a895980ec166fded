// SPDX-License-Identifier: Apache-2.0

/// What happened in a frame, in the order in which it did.
package enum FrameEvent: Hashable, Sendable {
    /// `publicKey`: uncompressed, 65 bytes.
    case embeddedKeyCreated(publicKey: [UInt8], expiresInMilliseconds: Int64)
    case embeddedKeyReset
    case sessionStarted(SessionName, PublicKey, expiresInMilliseconds: Int64)
    case sessionExpiring(SessionName, PublicKey, expiresInMilliseconds: Int64)
    case sessionExpired(SessionName, PublicKey)
    case sessionEnded(SessionName, PublicKey)
    case sessionRejected(SessionName, PublicKey)
    case locked
    case unlocked
}
