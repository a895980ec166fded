// SPDX-License-Identifier: Apache-2.0
import Glibc

/// Whom each socket serves, of those whom its file's permissions let through: rules only ever take away.
struct AuthorizationRules: Equatable, Sendable {
    /// What is asked of a peer of one socket: each list that is there must hold, by one entry of it.
    struct Rule: Equatable, Sendable {
        /// Of the peer's account: a user, with every subordinate uid of that user's. Nil: not asked.
        var uids: Set<UInt32>?
        /// Of the peer's process: its effective group, or one of its supplementary groups.
        var gids: Set<UInt32>?
        /// Names as `PeerUnit.names` has them.
        var units: Set<String>?
        /// Whose `delegate` and `path` are believed. Nil: nobody's.
        var mayName: MayName?
    }

    /// Peers whose word for a call is believed: each list that is there must hold, by one entry of it, for root too.
    struct MayName: Equatable, Sendable {
        /// As those of a rule.
        var uids: Set<UInt32>?
        /// As those of a rule.
        var units: Set<String>?
    }

    /// By the socket's name: `control`, `stamp` or `stamp-NAME`. A socket without a rule asks nothing.
    var sockets: [String: Rule] = [:]
}

/// Why a peer is not served.
struct AuthorizationRefusal: Equatable {
    /// As the audit names it.
    enum Rule: String {
        case peer
        case uid
        case gid
        case unit
    }

    let rule: Rule
    /// For a line of the log.
    let reason: String
}

extension AuthorizationRules.Rule {
    /// Whether it asks for a peer's unit.
    var asksUnits: Bool { units != nil || mayName?.units != nil }

    /// The first list that does not hold; nil where all do.
    ///
    /// The lists of users and groups do not bind root, whom no file's permissions bind either; that of units does: it is
    /// about programs, and a program of root's may be one that has none of root's rights left.
    func refusal(of peer: Peer) -> AuthorizationRefusal? {
        if let uids, peer.uid != 0, !(peer.account.uid.map(uids.contains) ?? false) {
            return AuthorizationRefusal(rule: .uid, reason: "not of the users that this socket serves")
        }
        if let gids, peer.uid != 0, gids.isDisjoint(with: peer.groups) {
            return AuthorizationRefusal(rule: .gid, reason: "of none of the groups that this socket serves")
        }
        guard let units else { return nil }
        guard let unit = peer.unit else {
            return AuthorizationRefusal(rule: .unit, reason: "of a unit that cannot be told")
        }
        guard units.isDisjoint(with: unit.names) else { return nil }
        return AuthorizationRefusal(rule: .unit, reason: "of \(unit.name), which this socket does not serve")
    }
}

extension AuthorizationRules.MayName {
    func belief(in peer: Peer) -> Naming.Belief {
        let isUidListed = uids.map { uids in peer.account.uid.map(uids.contains) } ?? true
        let isUnitListed = units.map { units in peer.unit.map { !units.isDisjoint(with: $0.names) } } ?? true
        if isUidListed == false || isUnitListed == false { return .notBelieved }
        return isUidListed == nil || isUnitListed == nil ? .untold : .believed
    }
}
