// SPDX-License-Identifier: Apache-2.0
import Glibc

/// A user of this machine whose frame is trusted.
public struct FrameUser: Sendable, Hashable {
    public let userId: UInt32

    public init(userId: UInt32) {
        self.userId = userId
    }

    /// A name of the user database (getpwnam_r(3)), or a number. `nil`: there is no such user.
    public init?(_ text: String) {
        // One spelling for each: no sign, no zero in front.
        if let number = UInt32(text), "\(number)" == text {
            userId = number
            return
        }
        guard let found = Self.lookUp(text) else { return nil }
        userId = found
    }

    private static func lookUp(_ name: String) -> UInt32? {
        var entry = unsafe passwd()
        var result: UnsafeMutablePointer<passwd>?
        // The largest entries that glibc's own tools allow for; a longer one is answered ERANGE, and is no user of ours.
        return unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 65_536) { buffer in
            guard let base = buffer.baseAddress,
                unsafe getpwnam_r(name, &entry, base, buffer.count, &result) == 0, unsafe result != nil
            else { return nil }
            return unsafe entry.pw_uid
        }
    }
}
