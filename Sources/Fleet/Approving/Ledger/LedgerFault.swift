// SPDX-License-Identifier: Apache-2.0
package import TurnkeyClient

/// Why the ledger cannot be used. The file is left as it was.
package enum LedgerFault: Error, Sendable, Equatable {
    /// Another command of this user works in the fleet.
    case underWay(path: String)
    /// The ledger has no room for `count` more approvals, since `living` of its own have not ended.
    case full(path: String, living: Int, count: Int)
    /// The file is not what this program writes.
    case damaged(path: String, detail: String)
    /// The file cannot be read, locked or written.
    case store(StoreError)

    /// One line without a full stop.
    package var message: String {
        switch self {
        case .underWay: "another command of yours approves or revokes in this fleet just now"
        case .full(let path, let living, let count):
            "the fleet's ledger \(path) holds \(Ledger.approvalLimit) approvals: \(living) are not over yet, and \(count) more were asked for"
        case .damaged(let path, let detail), .store(.damaged(let path, let detail)):
            "the fleet's ledger \(path) is damaged: \(detail)"
        case .store(.newerVersion(let path, _, _)): "the fleet's ledger \(path) is of a version that is not known"
        case .store(.notAFile(let path)): "the fleet's ledger \(path) is no file, but a link, a directory or a device"
        case .store(.exposed(let path)): "the fleet's ledger \(path) may be used by others than its owner"
        case .store(.foreign(let path, let userId)):
            "the fleet's ledger \(path) belongs to user \(userId), not to you"
        case .store(.busy(let path)): "the fleet's ledger \(path) has been locked for too long"
        case .store(.failed(let path, let call, let reason)):
            "the fleet's ledger \(path) cannot be used: \(call): \(reason)"
        case .store(.loginUnderWay): "a login is under way"
        }
    }

    package var hint: String {
        switch self {
        case .underWay: "let it finish, or end it, then try again"
        case .full: "select fewer frames, approve them for a shorter time, or have another person approve the others"
        case .damaged(let path, _), .store(.damaged(let path, _)), .store(.newerVersion(let path, _, _)),
            .store(.notAFile(let path)):
            "keep it (mv \(path) \(path).damaged): without it, every host is pinned anew, and what was approved is not known"
        case .store(.exposed(let path)): "look at its contents, then chmod go= \(path)"
        case .store(.foreign):
            "a command run as another user (sudo) made it: give it back with chown, or set XDG_STATE_HOME"
        case .store(.failed): "make room or correct the permissions, then try again; what was stored is as it was"
        case .store(.busy), .store(.loginUnderWay): "try again"
        }
    }

    package var isWorthRetrying: Bool {
        switch self {
        case .underWay, .store(.busy), .store(.loginUnderWay): true
        case .full, .damaged, .store: false
        }
    }
}
