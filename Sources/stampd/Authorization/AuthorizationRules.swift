// SPDX-License-Identifier: Apache-2.0
import Glibc

/// The rules that restrict each socket's peers, among those whom the file's permissions let through. Rules never add a
/// peer.
struct AuthorizationRules: Equatable, Sendable {
    /// The rule of one socket. A peer must match one entry of each list that is present.
    struct Rule: Equatable, Sendable {
        /// The accounts that are served, each a user with all subordinate uids; nil for all.
        var uids: Set<UInt32>?
        /// The groups that are served. The process's effective group or one of its supplementary groups must be listed;
        /// nil for all.
        var gids: Set<UInt32>?
        /// The units that are served, by names as in `PeerUnit.names`; nil for all.
        var units: Set<String>?
        /// The peers whose `delegate` and `path` are accepted; nil for none.
        var mayName: MayName?
    }

    /// The peers that may name a delegate and a path. A peer, root too, must match one entry of each list that is
    /// present.
    struct MayName: Equatable, Sendable {
        /// The accounts, as in a rule.
        var uids: Set<UInt32>?
        /// The units, as in a rule.
        var units: Set<String>?
    }

    /// The rules by the sockets' names: `control`, `stamp` or `stamp-NAME`. A socket without a rule has no restriction.
    var sockets: [String: Rule] = [:]
}

/// Why a peer is not served.
struct AuthorizationRefusal: Equatable {
    /// The kind of rule, as the audit names it.
    enum Rule: String {
        case peer
        case uid
        case gid
        case unit
    }

    let rule: Rule
    /// The reason, for a log line.
    let reason: String
}

extension AuthorizationRules.Rule {
    /// Whether the rule needs a peer's unit.
    var asksUnits: Bool { units != nil || mayName?.units != nil }

    /// Returns the refusal by the first list that does not match; nil if all do.
    ///
    /// The lists of users and groups do not apply to root, as files' permissions do not. The list of units does: it is
    /// about programs, and a program of root may have dropped root's rights.
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
