// SPDX-License-Identifier: Apache-2.0
import CLinux
import Glibc
import Rules

extension Peer {
    /// Reads SO_PEERCRED of a connected socket.
    static func read(from descriptor: CInt, _ ranges: SubordinateRanges) throws(SystemError) -> Peer {
        var credentials = CLinuxPeerCredentials()
        try unsafe checkLibc(CLinuxGetPeerCredentials(descriptor, &credentials), "getsockopt(SO_PEERCRED)")
        let account = ranges.account(of: credentials.uid)
        return Peer(uid: credentials.uid, gid: credentials.gid, pid: credentials.pid, account: account)
    }

    /// Reads SO_PEERGROUPS; if the kernel does not tell them, only the process's own group is known. Groups that the
    /// rules of `set` name are kept separately for as long as the peer is connected.
    mutating func readGroups(from descriptor: CInt, naming set: RuleSet?) {
        let few = Self.supplementaryGroups(of: descriptor, maximumCount: 64)
        let told = few ?? Self.supplementaryGroups(of: descriptor, maximumCount: Self.maximumGroupCount)
        groups = Set(told ?? [])
        groups.insert(gid)
        guard let set else { return }
        ruleGroups = told == nil ? nil : groups.filter(set.names(group:))
    }

    /// The most groups of a process: NGROUPS_MAX of <linux/limits.h>.
    static let maximumGroupCount = 65536

    /// Reads the supplementary groups; nil if there are more, or the kernel does not tell them.
    private static func supplementaryGroups(of descriptor: CInt, maximumCount: Int) -> [gid_t]? {
        var told = true
        let groups = unsafe [gid_t](unsafeUninitializedCapacity: maximumCount) { buffer, count in
            let result = unsafe CLinuxGetPeerGroups(descriptor, buffer.baseAddress, UInt32(buffer.count))
            told = result >= 0
            count = max(0, Int(result))
        }
        return told ? groups : nil
    }
}
