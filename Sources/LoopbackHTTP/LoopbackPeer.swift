// SPDX-License-Identifier: Apache-2.0

/// The client of a connection, and the port to which it connected.
package struct LoopbackPeer: Sendable, Hashable {
    /// The server's port; 0 for a Unix socket.
    package let port: Int
    /// The client's user.
    package let user: PeerUser
    /// The client's process id, at a Unix socket; `nil` at a TCP port, and for a process outside this one's pid
    /// namespace.
    package let processId: Int32?

    /// Creates a peer.
    package init(port: Int, user: PeerUser, processId: Int32? = nil) {
        (self.port, self.user, self.processId) = (port, user, processId)
    }
}

/// The user of a client, as far as the kernel tells.
package enum PeerUser: Sendable, Hashable {
    case user(UInt32)
    /// No process has the connection open, or the user's id is one that stands for many.
    case nobody
    /// The kernel does not tell: sock_diag(7) is not available here, or all users look the same to it.
    case untold

    /// The user's id, if the kernel tells one that identifies a user.
    package var id: UInt32? { if case .user(let id) = self { id } else { nil } }
}
