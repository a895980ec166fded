// SPDX-License-Identifier: Apache-2.0
import CLinux
import Glibc
import KernelUser
import NIOCore

extension LoopbackPeer {
    /// Asks the kernel who connected: by SO_PEERCRED of unix(7), or by the owner of the other end of a TCP connection.
    init(of context: ChannelHandlerContext) {
        guard case .unixDomainSocket = context.localAddress else {
            self.init(
                port: context.localAddress?.port ?? 0,
                user: PeerUser(peer: context.remoteAddress, own: context.localAddress)
            )
            return
        }
        let credentials = Self.readCredentials(of: context.channel)
        self.init(
            port: 0,
            user: credentials.map { PeerUser(userId: $0.uid, isHeld: true, ownUserId: geteuid()) } ?? .nobody,
            // The kernel reports 0 for a process of another pid namespace.
            processId: credentials.flatMap { $0.pid == 0 ? nil : $0.pid }
        )
    }

    /// Reads the peer's credentials. Called on the channel's event loop, where the result is ready at once.
    private static func readCredentials(of channel: any Channel) -> CLinuxPeerCredentials? {
        guard let options = channel as? any SocketOptionProvider else { return nil }
        let name = NIOBSDSocket.Option(rawValue: SO_PEERCRED)
        let answer: EventLoopFuture<CLinuxPeerCredentials> = options.unsafeGetSocketOption(level: .socket, name: name)
        var read: CLinuxPeerCredentials?
        answer.assumeIsolated().whenSuccess { read = $0 }
        return read
    }
}

extension PeerUser {
    /// Asks the kernel for the owner of the socket that is connected from `peer` to `own`.
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

    /// Interprets the kernel's answer. `isHeld` says whether a process has the socket open; if none has, the kernel
    /// reports user 0, whichever user opened it.
    init(userId: UInt32, isHeld: Bool, ownUserId: UInt32) {
        if !isHeld {
            self = .nobody
        } else if KernelUser.unknown.contains(userId) {
            self = KernelUser.unknown.contains(ownUserId) ? .untold : .nobody
        } else {
            self = .user(userId)
        }
    }
}

extension CLinuxTCPEnd {
    /// Converts an internet address; `nil` for another kind.
    fileprivate init?(_ address: SocketAddress) {
        guard let text = address.ipAddress, let port = address.port else { return nil }
        self.init()
        let family = address.protocol == .inet6 ? AF_INET6 : AF_INET
        let isRead = unsafe withUnsafeMutableBytes(of: &self.address) { unsafe inet_pton(family, text, $0.baseAddress) }
        guard isRead == 1 else { return nil }
        self.port = UInt16(truncatingIfNeeded: port)
    }
}
