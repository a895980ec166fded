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

    /// Where the kernel's own number for "a user that has none here" (a user namespace's, user_namespaces(7)) is also
    /// `nobody`, neither is told from the other.
    private static let overflowUid: uid_t = 65534

    /// Why the peer is not served; nil where it is.
    func refusal(of peer: Peer, at socket: any DoorSocket) -> String? {
        // The kernel's word for a process that this pid namespace does not have.
        if peer.pid == 0 { return "a process of another pid namespace" }
        if peer.uid == ownUid || peer.uid == 0 { return nil }
        guard socket.isOpenToOthers else { return "neither this user nor root" }
        return peer.uid == Self.overflowUid ? "a user that cannot be told" : nil
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
