// SPDX-License-Identifier: Apache-2.0

/// The account that pays for a peer's use of the frame. Every limit, turn and reserve is decided by account.
enum Account: Hashable, Sendable {
    /// A user, together with every subordinate uid of that user (subuid(5)).
    case user(UInt32)
    /// The owner of subordinate ranges whose name has no number in /etc/passwd.
    case owner(String)
    /// All peers whose user cannot be told.
    case untold

    /// The account's user id; nil if it has none.
    var uid: UInt32? { if case .user(let uid) = self { uid } else { nil } }

    /// The account's name in records and log lines.
    var description: String {
        switch self {
        case .user(let uid): "\(uid)"
        case .owner(let name): name
        case .untold: "untold"
        }
    }

    /// The id that the kernel reports for a user who has none in this user namespace (user_namespaces(7)).
    static let overflowUid: UInt32 = 65534
}

extension Account: Comparable {
    /// Sorts by number, then by name; those that cannot be told come last.
    static func < (left: Account, right: Account) -> Bool {
        switch (left, right) {
        case (.user(let left), .user(let right)): left < right
        case (.owner(let left), .owner(let right)): left < right
        case (.user, _), (.owner, .untold): true
        default: false
        }
    }
}
