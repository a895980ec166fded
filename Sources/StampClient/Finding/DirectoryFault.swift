// SPDX-License-Identifier: Apache-2.0

/// Why sockets in a directory are not believed.
public enum DirectoryFault: Sendable, Hashable {
    /// Its owner is neither root nor this process's user nor the user named.
    case owner(userId: UInt32)
    /// Its group, or everyone, may write: they could put a socket of their own there.
    case writable(mode: UInt32)
    case notDirectory

    var message: String {
        switch self {
        case .owner(let userId): "belongs to \(KernelUser.describe(userId)) who is not trusted"
        case .writable(let mode): "may be written by others (mode \(String(mode, radix: 8)))"
        case .notDirectory: "is not a directory"
        }
    }
}
