// SPDX-License-Identifier: Apache-2.0
import Glibc

/// Whom a frame serves before any rule: its own user and root where it bound its sockets itself; else whom the files'
/// permissions let through.
struct Authorization {
    let ownUid: uid_t

    /// Why the peer is not served; nil where it is.
    func refusal(of peer: Peer, isOpenToOthers: Bool) -> AuthorizationRefusal? {
        // The kernel's word for a process that this pid namespace does not have.
        if peer.pid == 0 { return refusal("a process of another pid namespace") }
        if peer.uid == ownUid || peer.uid == 0 { return nil }
        guard isOpenToOthers else { return refusal("neither this user nor root") }
        // Where the kernel's own number for "a user that has none here" is also `nobody`, neither is told from the other.
        return peer.account == .untold ? refusal("a user that cannot be told") : nil
    }

    private func refusal(_ reason: String) -> AuthorizationRefusal { AuthorizationRefusal(rule: .peer, reason: reason) }
}
