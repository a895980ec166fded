// SPDX-License-Identifier: Apache-2.0
import Foundation

extension System {
    /// Waits until a client in this process has written to the socket at `path`, and the frame has not read it.
    static func waitForUnread(at path: String) async throws {
        _ = try await poll("bytes on the way to \(path)") { hasUnread(at: path) ? true : nil }
    }

    /// Looks at this process's sockets: SIOCOUTQ of a Unix socket counts what its peer has not read (unix(7)).
    private static func hasUnread(at path: String) -> Bool {
        let descriptors = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
        return descriptors.compactMap { CInt($0) }.contains { descriptor in
            var unread: CInt = 0
            return peerPath(of: descriptor) == path && ioctl(descriptor, UInt(TIOCOUTQ), &unread) == 0 && unread > 0
        }
    }

    private static func peerPath(of descriptor: CInt) -> String? {
        var address = sockaddr_un()
        var length = socklen_t(MemoryLayout<sockaddr_un>.size)
        let found = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getpeername(descriptor, $0, &length) }
        }
        guard found == 0, address.sun_family == sa_family_t(AF_UNIX) else { return nil }
        return withUnsafeBytes(of: address.sun_path) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
}
