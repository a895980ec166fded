// SPDX-License-Identifier: Apache-2.0

/// Assigns frames' keys to users: five frames a user, and each frame to the user who has keys of it already.
package struct Assignment: Sendable {
    package enum Refusal: Sendable, Hashable {
        /// No user takes this host's keys.
        case noUser
        /// Every user who takes this host's keys has five frames already.
        case usersAreFull
        /// The frame's own user has so many living keys that another would end the oldest.
        case keysAreFull(userId: String, count: Int)

        /// One line without a full stop.
        package var message: String {
            switch self {
            case .noUser: "no user takes keys of this host"
            case .usersAreFull:
                "every user who takes keys of this host has \(FleetUser.frameLimit) frames: make another user, or map one more"
            case .keysAreFull(let userId, let count):
                "its user \(userId) has \(count) living keys, and the API ends the oldest at \(FleetUser.keyLimit + 1)"
            }
        }
    }

    private struct Place {
        let id: String
        let hosts: [HostPattern]
        var frames: Set<FrameID>
        var keyCount: Int
    }

    private var places: [Place]

    package init(_ users: [(user: FleetUser, hosts: [HostPattern])], fleet: FleetName) {
        places = users.map { entry in
            Place(
                id: entry.user.id,
                hosts: entry.hosts,
                frames: entry.user.frames(of: fleet),
                keyCount: entry.user.livingKeyCount
            )
        }
    }

    /// Assigns a frame's next key, and returns its user. Where `host` is `nil`, no host is verified: only a user who takes the
    /// keys of every host gets the key.
    package mutating func take(frame: FrameID, host: HostName?) -> Result<String, AssignmentRefused> {
        let open = places.indices.filter { Self.takes(places[$0].hosts, host) }
        guard !open.isEmpty else { return .failure(AssignmentRefused(refusal: .noUser)) }
        if let home = open.first(where: { places[$0].frames.contains(frame) }) {
            guard places[home].keyCount < FleetUser.keyLimit else {
                let refusal = Refusal.keysAreFull(userId: places[home].id, count: places[home].keyCount)
                return .failure(AssignmentRefused(refusal: refusal))
            }
            places[home].keyCount += 1
            return .success(places[home].id)
        }
        // A user whose other keys leave no room for five frames and their next keys takes fewer.
        let free = open.first { index in
            places[index].frames.count < FleetUser.frameLimit && places[index].keyCount < FleetUser.frameLimit
        }
        guard let free else { return .failure(AssignmentRefused(refusal: .usersAreFull)) }
        places[free].frames.insert(frame)
        places[free].keyCount += 1
        return .success(places[free].id)
    }

    static func takes(_ hosts: [HostPattern], _ host: HostName?) -> Bool {
        hosts.isEmpty || host.map { host in hosts.contains { $0.matches(host) } } ?? false
    }
}

package struct AssignmentRefused: Error, Sendable, Hashable {
    package let refusal: Assignment.Refusal
}
