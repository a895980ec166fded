// SPDX-License-Identifier: Apache-2.0
import Foundation

extension System {
    /// Waits until a client in this process has written to `frame`, which is stopped and does not read.
    static func waitForUnread(by frame: FrameProcess) async throws {
        _ = try await poll("bytes that the frame has not read") { hasUnread(by: frame.pid) ? true : nil }
    }

    /// Looks at this process's sockets: SIOCOUTQ of a Unix socket counts what its peer has not read (unix(7)).
    private static func hasUnread(by listener: pid_t) -> Bool {
        let descriptors = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
        return descriptors.compactMap { CInt($0) }.contains { descriptor in
            var unread: CInt = 0
            return findListener(of: descriptor) == listener && ioctl(descriptor, UInt(TIOCOUTQ), &unread) == 0
                && unread > 0
        }
    }

    /// Which process called listen(2), by SO_PEERCRED: `struct ucred` is three numbers, the first is the process's.
    private static func findListener(of descriptor: CInt) -> pid_t? {
        var credentials: [UInt32] = [0, 0, 0]
        var length = socklen_t(12)
        let found = getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &credentials, &length)
        return found == 0 ? pid_t(bitPattern: credentials[0]) : nil
    }
}
