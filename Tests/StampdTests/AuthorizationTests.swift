// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import stampd

@Suite("who is served")
struct AuthorizationTests {
    private static func peer(_ uid: UInt32, gid: UInt32 = 1, groups: Set<UInt32> = [], unit: String? = nil) -> Peer {
        let unit = unit.flatMap { PeerUnit(cgroup: "0::/system.slice/\($0)\n") }
        return Peer(uid: uid, gid: gid, pid: 7, groups: groups.union([gid]), unit: unit)
    }

    struct Row: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let rule: AuthorizationRules.Rule
        let peer: Peer
        let refusal: AuthorizationRefusal.Rule?

        init(_ what: String, _ rule: AuthorizationRules.Rule, _ peer: Peer, _ refusal: AuthorizationRefusal.Rule?) {
            (testDescription, self.rule, self.peer, self.refusal) = (what, rule, peer, refusal)
        }
    }

    private static let all = AuthorizationRules.Rule(uids: [5], gids: [6], units: ["a.service"])

    static let rows = [
        Row("nothing is asked", .init(), peer(5), nil),
        Row("a user of the list", .init(uids: [4, 5]), peer(5), nil),
        Row("a user beside the list", .init(uids: [4, 6]), peer(5), .uid),
        Row("a group is no user", .init(uids: [6]), peer(5, gid: 6, groups: [6]), .uid),
        Row("its own group", .init(gids: [6, 7]), peer(5, gid: 6), nil),
        Row("a supplementary group", .init(gids: [6, 7]), peer(5, groups: [9, 7]), nil),
        Row("other groups", .init(gids: [6, 7]), peer(5, groups: [8, 9]), .gid),
        Row("a user is no group", .init(gids: [5]), peer(5), .gid),
        Row("a unit of the list", .init(units: ["b.service", "a.service"]), peer(5, unit: "a.service"), nil),
        Row("an instance by its name", .init(units: ["a@1.service"]), peer(5, unit: "a@1.service"), nil),
        Row("an instance by its template", .init(units: ["a@.service"]), peer(5, unit: "a@1.service"), nil),
        Row("another instance", .init(units: ["a@2.service"]), peer(5, unit: "a@1.service"), .unit),
        Row("another unit", .init(units: ["b.service"]), peer(5, unit: "a.service"), .unit),
        Row("a unit that cannot be told", .init(units: ["a.service"]), peer(5), .unit),
        Row("every list holds", all, peer(5, gid: 6, unit: "a.service"), nil),
        Row("the user does not", all, peer(4, gid: 6, unit: "a.service"), .uid),
        Row("the group does not", all, peer(5, gid: 5, unit: "a.service"), .gid),
        Row("the unit does not", all, peer(5, gid: 6, unit: "b.service"), .unit),
        Row("root beside lists of users and groups", .init(uids: [5], gids: [6]), peer(0), nil),
        Row("root of another unit", all, peer(0, unit: "b.service"), .unit),
        Row("root of a unit that cannot be told", all, peer(0), .unit),
    ]

    @Test("a rule lets through whom each of its lists names, and says which does not", arguments: rows)
    func rule(_ row: Row) {
        let refusal = row.rule.refusal(of: row.peer)
        #expect(refusal?.rule == row.refusal)
        #expect(refusal.map { !$0.reason.isEmpty } ?? true)
    }

    @Test("before any rule: its own user and root, at open sockets others too, but nobody who cannot be told")
    func ownAuthorization() {
        let own = Authorization(ownUid: 5)
        for (uid, closed, open) in [(5, true, true), (0, true, true), (6, false, true), (65534, false, false)] {
            let peer = Self.peer(UInt32(uid))
            #expect((own.refusal(of: peer, isOpenToOthers: false) == nil) == closed, "\(uid)")
            #expect((own.refusal(of: peer, isOpenToOthers: true) == nil) == open, "\(uid)")
        }
        for uid: UInt32 in [0, 5, 6] {
            let stranger = Peer(uid: uid, gid: uid, pid: 0)
            #expect(own.refusal(of: stranger, isOpenToOthers: true)?.rule == .peer)
        }
    }
}
