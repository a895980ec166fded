// SPDX-License-Identifier: Apache-2.0
import Glibc

/// Decides which peers a frame serves, before any rule: its own user and root if it bound its sockets itself; else
/// everybody whom the files' permissions let through.
struct Authorization {
    let ownUid: uid_t

    /// Returns why the peer is not served; nil if it is.
    func refusal(of peer: Peer, isOpenToOthers: Bool) -> AuthorizationRefusal? {
        // The kernel reports 0 for a process outside of this pid namespace.
        if peer.pid == 0 { return refusal("a process of another pid namespace") }
        if peer.uid == ownUid || peer.uid == 0 { return nil }
        guard isOpenToOthers else { return refusal("neither this user nor root") }
        // The kernel's id for "a user without an id here" is also that of `nobody`, and the two cannot be told apart.
        return peer.account == .untold ? refusal("a user that cannot be told") : nil
    }

    private func refusal(_ reason: String) -> AuthorizationRefusal { AuthorizationRefusal(rule: .peer, reason: reason) }
}
