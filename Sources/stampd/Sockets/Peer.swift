// SPDX-License-Identifier: Apache-2.0

/// The process at the other end of a connection, as the kernel recorded it when it connected.
struct Peer: Sendable {
    let uid: UInt32
    let gid: UInt32
    /// The process id in this pid namespace; 0 if it is not in it.
    let pid: Int32
    /// The account that pays for the peer's use of the frame.
    var account: Account
    /// The process's group and its supplementary groups, once `readGroups` was called.
    var groups: Set<UInt32> = []
    /// Those of its groups that the socket's rules name; nil if they are unknown.
    var ruleGroups: [UInt32]?
    /// The unit; nil if it is unknown, or was not looked up.
    var unit: PeerUnit?

    init(
        uid: UInt32,
        gid: UInt32,
        pid: Int32,
        account: Account? = nil,
        groups: Set<UInt32> = [],
        unit: PeerUnit? = nil
    ) {
        self.uid = uid
        self.gid = gid
        self.pid = pid
        self.account = account ?? SubordinateRanges().account(of: uid)
        self.groups = groups
        self.unit = unit
    }

    /// The peer, for a log line.
    var description: String {
        account == .user(uid) || account == .untold
            ? "uid \(uid), pid \(pid)"
            : "uid \(uid) of account \(account.description), pid \(pid)"
    }
}
