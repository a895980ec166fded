// SPDX-License-Identifier: Apache-2.0
import CLinux
import Glibc

/// Who is at the other end, as the kernel noted it when it connected.
struct Peer: Sendable {
    let uid: uid_t
    let pid: pid_t

    static func read(from descriptor: CInt) throws(SystemError) -> Peer {
        var credentials = CLinuxPeerCredentials()
        try unsafe checkLibc(CLinuxGetPeerCredentials(descriptor, &credentials), "getsockopt(SO_PEERCRED)")
        return Peer(uid: credentials.uid, pid: credentials.pid)
    }

    /// For a line of the log.
    var description: String { "uid \(uid), pid \(pid)" }
}

/// Whom a frame serves: its own user and root where it bound its sockets itself; else whom the files' permissions let
/// through.
struct Authorization {
    let ownUid: uid_t

    func isAllowed(_ peer: Peer, at socket: any DoorSocket) -> Bool {
        socket.isOpenToOthers || peer.uid == ownUid || peer.uid == 0
    }
}

/// What a socket offers; a frame may have several for stamping.
enum Door: CaseIterable {
    case stamp
    case control

    var socketName: String {
        switch self {
        case .stamp: "stamp.sock"
        case .control: "control.sock"
        }
    }
}
