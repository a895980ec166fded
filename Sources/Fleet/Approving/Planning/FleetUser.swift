// SPDX-License-Identifier: Apache-2.0
package import Foundation
package import TurnkeyClient

/// A user of the organization who takes keys of frames, as the API has them.
package struct FleetUser: Sendable, Hashable {
    /// How many frames one user takes, so that the keys of their next sessions fit beside those of the last.
    package static let frameLimit = 5
    /// How many expiring keys one user has at the API; the next one ends the oldest.
    package static let keyLimit = 10
    /// How many users one organization has at the API.
    package static let userLimit = 100
    /// How many frames one organization takes.
    package static let fleetLimit = frameLimit * userLimit

    /// A living key, or one that has ended and is still listed.
    package struct Key: Sendable, Hashable {
        package let id: String
        package let name: String
        package let publicKey: String
        package let isLiving: Bool
        /// When the key ends, by the API; `nil` where it ends only when it is deleted.
        package let end: DocumentTime?

        package var isExpiring: Bool { end != nil }
    }

    package let id: String
    package let name: String
    package let keys: [Key]

    package init(id: String, name: String, keys: [Key]) {
        (self.id, self.name, self.keys) = (id, name, keys)
    }

    package init(_ user: User, at now: Date) {
        // Some thirty years: any longer life ends far after every approval.
        let longestSeconds = 1_000_000_000
        (id, name) = (user.userId, user.userName)
        keys = user.apiKeys.map { key in
            Key(
                id: key.apiKeyId,
                name: key.apiKeyName,
                publicKey: key.publicKey,
                isLiving: key.expirationSeconds == nil || key.isExpiring(at: now),
                end: key.expirationSeconds.map { DocumentTime(key.createdAt + TimeInterval(min($0, longestSeconds))) }
            )
        }
    }

    /// How many keys expire, and have not yet.
    package var livingKeyCount: Int { keys.count { $0.isExpiring && $0.isLiving } }

    /// Returns the frames of the fleet that have a living key of this user.
    package func frames(of fleet: FleetName) -> Set<FrameID> {
        Set(keys.filter(\.isLiving).compactMap { Approval.frame(ofAPIKeyName: $0.name, fleet: fleet) })
    }
}
