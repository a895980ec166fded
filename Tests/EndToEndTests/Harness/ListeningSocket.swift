// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Somebody else's socket at a path, listening.
final class ListeningSocket {
    private let descriptor: CInt
    let inode: ino_t

    init(path: String) throws {
        let descriptor = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let size = socklen_t(MemoryLayout<sockaddr_un>.size)
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, size) }
        }
        guard result == 0, listen(descriptor, 4) == 0 else { throw POSIXError(.EADDRINUSE) }
        self.descriptor = descriptor
        inode = fileStatus(path)?.st_ino ?? 0
    }

    deinit { close(descriptor) }
}
