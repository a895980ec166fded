// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Somebody else's socket at a path, listening.
final class ListeningSocket {
    private let descriptor: CInt
    let inode: ino_t

    init(path: String) throws {
        let descriptor = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        let result = withUnixAddress(path) { bind(descriptor, $0, $1) }
        guard result == 0, listen(descriptor, 4) == 0 else { throw POSIXError(.EADDRINUSE) }
        self.descriptor = descriptor
        inode = fileStatus(path)?.st_ino ?? 0
    }

    deinit { close(descriptor) }
}
