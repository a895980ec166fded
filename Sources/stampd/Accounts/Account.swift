// SPDX-License-Identifier: Apache-2.0

/// Who pays for what a peer makes the frame spend: every limit, turn and reserve is decided by account.
enum Account: Hashable, Sendable {
    /// A user, with every subordinate uid that is this user's (subuid(5)).
    case user(UInt32)
    /// The owner of subordinate ranges whose name has no number in /etc/passwd.
    case owner(String)
    /// Every peer whose user cannot be told.
    case untold

    /// The account's number; nil where it has none.
    var uid: UInt32? { if case .user(let uid) = self { uid } else { nil } }

    /// The account as a record or a line of the log names it.
    var description: String {
        switch self {
        case .user(let uid): "\(uid)"
        case .owner(let name): name
        case .untold: "untold"
        }
    }

    /// The kernel's number for a user that has none in this user namespace (user_namespaces(7)).
    static let overflowUid: UInt32 = 65534
}

extension Account: Comparable {
    /// By number, then by name; those that cannot be told come last.
    static func < (left: Account, right: Account) -> Bool {
        switch (left, right) {
        case (.user(let left), .user(let right)): left < right
        case (.owner(let left), .owner(let right)): left < right
        case (.user, _), (.owner, .untold): true
        default: false
        }
    }
}
