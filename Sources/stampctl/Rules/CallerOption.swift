// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Glibc
import Printing
import Rules
import StampClient

/// Another caller, as `--as` names one: `uid=…,gid=…,unit=…,delegate=…,path=…`.
struct CallerOption {
    let caller: AnotherCaller

    /// Reads the parts. Without a uid, the caller is this user.
    ///
    /// - Throws: `ValidationError` for a part that is unknown, repeated, or not valid for a frame.
    init(_ argument: String) throws {
        let parts = try Self.read(argument)
        let gids = try parts["gid"]?.map(Self.readGroup)
        let uid = try parts["uid"].map { try Self.readUser($0[0]) }
        caller = AnotherCaller(
            uid: Int(uid ?? geteuid()),
            gids: gids ?? (uid == nil ? Self.ownGroups() : nil),
            unit: try parts["unit"].map { try Self.readUnit($0[0]) },
            delegate: try parts["delegate"].map { try Self.readClaim($0[0], "delegate") },
            path: try parts["path"].map { try Self.readClaim($0[0], "path") }
        )
    }

    private static let names: Set<String> = ["uid", "gid", "unit", "delegate", "path"]
    /// The id that stands for no user, and for no group (chown(2)).
    private static let nobody = UInt32.max

    /// Returns the values of the parts by their names, at least one each.
    private static func read(_ argument: String) throws -> [String: [String]] {
        var values: [String: [String]] = [:]
        for part in argument.split(separator: ",", omittingEmptySubsequences: false) {
            let halves = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard halves.count == 2, names.contains(halves[0]) else {
                throw ValidationError("it is uid=…,gid=…,unit=…,delegate=…,path=…, of which some")
            }
            values[halves[0], default: []].append(halves[1])
        }
        if let twice = values.first(where: { $0.key != "gid" && $0.value.count > 1 }) {
            throw ValidationError("\(twice.key) stands once")
        }
        return values
    }

    private static func readUser(_ text: String) throws -> UInt32 {
        guard let user = FrameUser(text), user.userId != nobody else {
            throw ValidationError("uid is the name of a user that there is, or a number below \(nobody)")
        }
        return user.userId
    }

    private static func readGroup(_ text: String) throws -> Int {
        guard let group = UInt32(spelled: text), group != nobody else {
            throw ValidationError("gid is a number below \(nobody)")
        }
        return Int(group)
    }

    private static func readUnit(_ text: String) throws -> String {
        guard UnitName.names(of: text) != nil else {
            throw ValidationError("unit is the name of a unit that processes are in, such as app.service")
        }
        return text
    }

    /// Reads a claim of a stamping proxy.
    private static func readClaim(_ text: String, _ name: String) throws -> String {
        guard (1...Counters.maximumPartyByteCount).contains(text.utf8.count) else {
            throw ValidationError("\(name) is 1 to \(Counters.maximumPartyByteCount) bytes")
        }
        return text
    }

    private static func ownGroups() -> [Int] {
        let count = getgroups(0, nil)
        guard count > 0 else { return [Int(getegid())] }
        var groups = [gid_t](repeating: 0, count: Int(count))
        let found = unsafe getgroups(count, &groups)
        return [Int(getegid())] + groups.prefix(Int(max(found, 0))).map(Int.init)
    }
}
