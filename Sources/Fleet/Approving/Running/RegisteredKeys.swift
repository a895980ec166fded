// SPDX-License-Identifier: Apache-2.0
import StampClient

/// The living keys at the API, and which of them count as a frame's own.
struct RegisteredKeys {
    typealias Found = (userId: String, key: FleetUser.Key, end: DocumentTime)

    private struct Place {
        let userId: String
        let key: FleetUser.Key
        /// The hosts whose keys the user takes; `nil` for none.
        let hosts: [HostPattern]?
    }

    /// How much later than approved a key may end: the API counts its life from when it takes it, by its own clock.
    static let clockSeconds: Int64 = 60

    private let fleet: FleetName
    private let places: [String: [Place]]

    init(_ users: [FleetUser], _ map: UserMap, fleet: FleetName) {
        let hosts = Dictionary(map.resolve(users).found.map { ($0.user.id, $0.hosts) }) { first, _ in first }
        let found = users.flatMap { user in
            user.keys.filter(\.isLiving).map { Place(userId: user.id, key: $0, hosts: hosts[user.id]) }
        }
        (self.fleet, places) = (fleet, Dictionary(grouping: found, by: \.key.publicKey))
    }

    /// Returns a user who has the key, in the map or not.
    func has(_ publicKey: String) -> String? { places[publicKey]?.first?.userId }

    /// Finds the approved key at the API; returns `nil` where it is not there.
    func find(_ approval: Approval, host: HostName?) -> Result<Found, KeyTaken>? {
        guard let places = places[approval.publicKey.text], let first = places.first else { return nil }
        let home = places.first { place in place.hosts.map { Assignment.takes($0, host) } ?? false }
        guard let home else { return .failure(.ofOtherUser(userId: first.userId)) }
        guard let frame = FrameID(approval.frame), let card = CardHash(approval.card),
            home.key.name == Approval.apiKeyName(fleet: fleet, frame: frame, card: card)
        else { return .failure(.ofOtherName(userId: home.userId)) }
        guard let end = home.key.end else { return .failure(.endless(userId: home.userId)) }
        guard end.secondsSince1970 <= approval.end.secondsSince1970 + Self.clockSeconds else {
            return .failure(.endsLater(userId: home.userId, end: end))
        }
        return .success((home.userId, home.key, end))
    }
}

/// Why a frame's key that the API has already does not count as approved. No parcel is made for it.
package enum KeyTaken: Error, Sendable, Hashable {
    /// The key belongs to a user who takes no keys of this host.
    case ofOtherUser(userId: String)
    /// The key's name is not the one that every approver gives it.
    case ofOtherName(userId: String)
    case endless(userId: String)
    case endsLater(userId: String, end: DocumentTime)

    /// One line without a full stop.
    package var message: String {
        switch self {
        case .ofOtherUser(let userId):
            "its key is registered already, for the user \(userId), who takes no keys of this host"
        case .ofOtherName(let userId):
            "its key is registered already, for the user \(userId), and not by an approval of this fleet"
        case .endless(let userId): "its key is registered already, for the user \(userId), without an end"
        case .endsLater(let userId, let end):
            "its key is registered already, for the user \(userId), until \(end), which is later than is approved: give a longer --for, or revoke it"
        }
    }
}
