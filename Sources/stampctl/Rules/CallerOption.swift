// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Glibc
import StampClient

/// Another caller, as `--as` names one: `uid=…,gid=…,unit=…,delegate=…,path=…`.
struct CallerOption: ExpressibleByArgument, Equatable {
    let caller: AnotherCaller

    /// Nil where a part is unknown, stands twice, or says nothing. Who gives no uid is meant themselves.
    init?(argument: String) {
        var values: [String: [String]] = [:]
        for part in argument.split(separator: ",", omittingEmptySubsequences: false) {
            let halves = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard halves.count == 2, Self.names.contains(halves[0]), !halves[1].isEmpty else { return nil }
            values[halves[0], default: []].append(halves[1])
        }
        guard values.allSatisfy({ $0.key == "gid" || $0.value.count == 1 }) else { return nil }
        var gids = values["gid"]?.compactMap { text in UInt32(text).flatMap { "\($0)" == text ? Int($0) : nil } }
        guard gids?.count == values["gid"]?.count else { return nil }
        let uid: UInt32
        if let text = values["uid"]?.first {
            guard let user = FrameUser(text) else { return nil }
            uid = user.userId
        } else {
            uid = geteuid()
            gids = gids ?? Self.ownGroups()
        }
        caller = AnotherCaller(
            uid: Int(uid),
            gids: gids,
            unit: values["unit"]?.first,
            delegate: values["delegate"]?.first,
            path: values["path"]?.first
        )
    }

    private static let names: Set<String> = ["uid", "gid", "unit", "delegate", "path"]

    private static func ownGroups() -> [Int] {
        let count = getgroups(0, nil)
        guard count > 0 else { return [Int(getegid())] }
        var groups = [gid_t](repeating: 0, count: Int(count))
        let found = unsafe getgroups(count, &groups)
        return [Int(getegid())] + groups.prefix(Int(max(found, 0))).map(Int.init)
    }
}
