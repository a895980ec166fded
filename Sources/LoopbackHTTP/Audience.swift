// SPDX-License-Identifier: Apache-2.0
import Glibc

/// The users whom a loopback server serves.
package enum Audience: Sendable {
    /// Every user, without asking the kernel who connects.
    case everyone
    /// This process's user and root; and every user where the kernel tells no connection's user.
    case ownUser
    /// Every user whom the permissions of the Unix socket's file let in.
    case admittedByFile
    /// The users for whom the function returns true. Connections whose user the kernel does not tell are refused.
    case users(@Sendable (UInt32) -> Bool)

    /// Whether the kernel is asked who connects.
    var asksPeers: Bool { if case .everyone = self { false } else { true } }

    func includes(_ peer: LoopbackPeer) -> Bool {
        switch (self, peer.user) {
        case (.everyone, _), (.ownUser, .untold): true
        case (.ownUser, .user(let id)): Self.isOwn(id)
        case (.admittedByFile, .user): peer.port == 0
        case (.users(let isServed), .user(let id)): isServed(id)
        case (_, .nobody), (_, .untold): false
        }
    }

    /// Whether the user is this process's, or root, who may do anything here anyway.
    package static func isOwn(_ id: UInt32) -> Bool { id == 0 || id == geteuid() }
}
