// SPDX-License-Identifier: Apache-2.0

/// An event in a frame. Events are reported in the order in which they happened.
package enum FrameEvent: Hashable, Sendable {
    /// An embedded key was made. `publicKey` is uncompressed, 65 bytes.
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
