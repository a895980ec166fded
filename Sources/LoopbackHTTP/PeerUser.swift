// SPDX-License-Identifier: Apache-2.0
import CLinux
import Glibc
import NIOCore

/// Whose the program at the other end of a loopback connection is, as far as the kernel tells.
enum PeerUser: Equatable {
    /// This process's user, or root, who may do anything here anyway.
    case trusted
    case foreign
    /// The kernel does not tell: no sock_diag(7) here, or every user is one to it.
    case untold

    /// Asks the kernel for the socket that is connected from `peer` to `own`.
    init(peer: SocketAddress?, own: SocketAddress?) {
        guard let peer, let own, let socketEnd = CLinuxTCPEnd(peer), let otherEnd = CLinuxTCPEnd(own) else {
            self = .untold
            return
        }
        let family = peer.protocol == .inet6 ? AF_INET6 : AF_INET
        var owner = CLinuxSocketOwner()
        guard unsafe CLinuxFindSocketOwner(family, socketEnd, otherEnd, &owner) == 0 else {
            self = .untold
            return
        }
        self.init(userId: owner.uid, isHeld: owner.inode != 0, ownUserId: geteuid())
    }

    /// `isHeld`: a process has the socket open. Where none has, the kernel says 0 for the user, whoever it was.
    init(userId: UInt32, isHeld: Bool, ownUserId: UInt32) {
        if !isHeld {
            self = .foreign
        } else if userId == unknownUserId {
            self = ownUserId == unknownUserId ? .untold : .foreign
        } else {
            self = userId == 0 || userId == ownUserId ? .trusted : .foreign
        }
    }
}

/// What the kernel says for a user that has no number here (`/proc/sys/kernel/overflowuid`, user_namespaces(7)).
private let unknownUserId: UInt32 = 65_534

extension CLinuxTCPEnd {
    /// `nil` for what is no internet address.
    fileprivate init?(_ address: SocketAddress) {
        guard let text = address.ipAddress, let port = address.port else { return nil }
        self.init()
        let family = address.protocol == .inet6 ? AF_INET6 : AF_INET
        let isRead = unsafe withUnsafeMutableBytes(of: &self.address) { unsafe inet_pton(family, text, $0.baseAddress) }
        guard isRead == 1 else { return nil }
        self.port = UInt16(truncatingIfNeeded: port)
    }
}
