// SPDX-License-Identifier: Apache-2.0

/// Who is at the other end, as the kernel noted it when it connected.
struct Peer: Sendable {
    let uid: UInt32
    let gid: UInt32
    /// As this pid namespace has it; 0 where it does not.
    let pid: Int32
    /// Who pays for what the peer makes the frame spend.
    var account: Account
    /// Its group and its supplementary groups, where somebody asked (`readGroups`).
    var groups: Set<UInt32> = []
    /// Those of its groups that the socket's rules name; nil where they cannot be told.
    var ruleGroups: [UInt32]?
    /// Nil where it cannot be told, or nobody asked.
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

    /// The peer for a line of the log.
    var description: String {
        account == .user(uid) || account == .untold
            ? "uid \(uid), pid \(pid)"
            : "uid \(uid) of account \(account.description), pid \(pid)"
    }
}
