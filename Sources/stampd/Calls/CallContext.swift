// SPDX-License-Identifier: Apache-2.0
import SignerCore

/// Who makes a call, at which socket and since when, and what the call turned out to be about.
struct CallContext {
    let peer: Peer
    let socket: SocketIdentity
    /// When the frame began to answer it.
    let start: BootInstant
    /// The number of the connection that it came on, which it holds where it waits for a confirmation.
    var connection: UInt64 = 0
    /// Of its message, without the NUL.
    var messageByteCount = 0
    /// The session that the call names; nil until it was read, and for a call that names none.
    var session: SessionName?
    /// When the account may call again, where its rate is used up: refused once it is known that nothing else refuses.
    var retryAfterMilliseconds: Int64?
    /// What the peer said of the call, once it is believed.
    var naming = Naming()
    /// The confirmation that a stamp waits for, or waited for.
    var confirmation: ConfirmationId?
}

/// Which of a frame's sockets a connection came through.
struct SocketIdentity: Equatable, Sendable {
    let door: Door
    /// As rules have it: `control`, `stamp` or `stamp-NAME`.
    let name: String
}
