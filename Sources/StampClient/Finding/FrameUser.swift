// SPDX-License-Identifier: Apache-2.0
import Glibc
import Printing

/// A user of this machine whose frame is trusted.
public struct FrameUser: Sendable, Hashable {
    /// The user's id.
    public let userId: UInt32

    /// Takes a user id.
    public init(userId: UInt32) {
        self.userId = userId
    }

    /// Reads a name of the user database (getpwnam_r(3)), or a number; `nil` if there is no such user.
    public init?(_ text: String) {
        if let number = UInt32(spelled: text) {
            userId = number
            return
        }
        guard let found = Self.lookUp(text) else { return nil }
        userId = found
    }

    private static func lookUp(_ name: String) -> UInt32? {
        var entry = unsafe passwd()
        var result: UnsafeMutablePointer<passwd>?
        // The largest entries that glibc's own tools allow for. A longer one gives ERANGE, and is not accepted.
        return unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 65_536) { buffer in
            guard let base = buffer.baseAddress,
                unsafe getpwnam_r(name, &entry, base, buffer.count, &result) == 0, unsafe result != nil
            else { return nil }
            return unsafe entry.pw_uid
        }
    }
}
