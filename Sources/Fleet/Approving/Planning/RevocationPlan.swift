// SPDX-License-Identifier: Apache-2.0
import StampClient

/// The frames whose keys are to be deleted.
package enum RevocationTarget: Sendable, Hashable {
    case frames(Set<FrameID>)
    /// Every frame of the fleet of which the API has a key, by any approver.
    case everything
}

/// The plan of a revocation: which keys are deleted at the API, and which frames' documents are removed from the carrier.
///
/// A key belongs to a frame by its name, which every approver gives alike, or by this approver's ledger.
package struct RevocationPlan: Sendable {
    package struct Key: Sendable, Hashable {
        package let id: String
        package let userId: String
    }

    package struct Row: Sendable, Hashable {
        package let frame: FrameID
        /// The host that the frame was approved as, by the ledger.
        package let host: String?
        /// The frame's living keys, and those that have ended and are still listed.
        package let keys: [Key]
    }

    /// Sorted by frame.
    package let rows: [Row]

    /// Plans a revocation.
    ///
    /// - Parameters:
    ///   - fleet: The fleet that the keys' names have.
    ///   - target: The frames whose keys are deleted.
    ///   - users: The organization's users, with their keys.
    ///   - ledger: What this approver has approved.
    ///   - carried: The frames of which the carrier has a document.
    package init(
        fleet: FleetName,
        _ target: RevocationTarget,
        users: [FleetUser],
        ledger: Ledger,
        carried: Set<FrameID>
    ) {
        let frames = Dictionary(ledger.approvals.map { ($0.publicKey.text, $0.frame) }) { $1 }
        var keys: [FrameID: [Key]] = [:]
        switch target {
        case .frames(let meant): for frame in meant { keys[frame] = [] }
        case .everything:
            for frame in carried { keys[frame] = [] }
            for approval in ledger.approvals where approval.state != .revoked {
                if let frame = FrameID(approval.frame) { keys[frame] = [] }
            }
        }
        for user in users {
            for key in user.keys {
                let frame =
                    Approval.frame(ofAPIKeyName: key.name, fleet: fleet)
                    ?? frames[key.publicKey].flatMap { FrameID($0) }
                guard let frame, target == .everything || keys[frame] != nil else { continue }
                keys[frame, default: []].append(Key(id: key.id, userId: user.id))
            }
        }
        let hosts = ledger.makeHosts()
        rows = keys.sorted { $0.key < $1.key }.map { frame, keys in
            Row(frame: frame, host: hosts[frame.description], keys: keys)
        }
    }

    /// The keys to delete, with one request for each user, and the frames that they are of.
    var deletions: [(userId: String, keys: [(id: String, frame: FrameID)])] {
        let keys = rows.flatMap { row in row.keys.map { (key: $0, frame: row.frame) } }
        return Dictionary(grouping: keys, by: \.key.userId).sorted { $0.key < $1.key }
            .map { userId, keys in (userId, keys.map { ($0.key.id, $0.frame) }) }
    }
}
