// SPDX-License-Identifier: Apache-2.0
import KernelUser

/// The reasons not to trust sockets in a directory.
public enum DirectoryFault: Sendable, Hashable {
    /// The directory's owner is neither root, nor this process's user, nor the user named.
    case owner(userId: UInt32)
    /// The directory's group, or every user, may write there, and could replace the sockets.
    case writable(mode: UInt32)
    /// The path is not a directory.
    case notDirectory

    var message: String {
        switch self {
        case .owner(let userId): "belongs to \(KernelUser.describe(userId)) which is not trusted"
        case .writable(let mode): "may be written by others (mode \(String(mode, radix: 8)))"
        case .notDirectory: "is not a directory"
        }
    }
}
