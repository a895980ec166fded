// SPDX-License-Identifier: Apache-2.0
import SignerCore

/// One call: its peer, its socket, its start, and the parameters that were read so far.
struct CallContext {
    let peer: Peer
    let socket: SocketIdentity
    /// When the frame began to answer it.
    let start: BootInstant
    /// The number of its connection. A stamp that waits for a confirmation holds that connection.
    var connection: UInt64 = 0
    /// The length of its message, without the NUL.
    var messageByteCount = 0
    /// The session that the call names; nil until it was read, and for a call that names none.
    var session: SessionName?
    /// How long to wait, because the payer's rate is used up or the audit has no room; else nil. `requireStamping`
    /// refuses the call for this after its other checks.
    var retryAfterMilliseconds: Int64?
    /// The delegate and path, if the peer may name them.
    var naming = Naming()
    /// The confirmation that the stamp waits for, or waited for.
    var confirmation: ConfirmationId?
    /// The key that signed the delivered parcel.
    var approver: SHA256Digest?
}

/// The socket of the frame at which a connection was made.
struct SocketIdentity: Equatable, Sendable {
    let kind: SocketKind
    /// The socket's name in the configuration: `control`, `deliver`, `stamp` or `stamp-NAME`.
    let name: String
}
