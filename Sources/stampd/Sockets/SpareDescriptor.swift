// SPDX-License-Identifier: Apache-2.0
import CLinux
import Glibc

/// A descriptor held in reserve. Released, it makes room for one that is needed while the process is at its limit.
struct SpareDescriptor: ~Copyable {
    private var descriptor: CInt = -1

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Holds a descriptor, unless it does already.
    ///
    /// - Throws: `SystemError` if there is none left.
    mutating func hold() throws(SystemError) {
        guard descriptor < 0 else { return }
        descriptor = try checkLibc(epoll_create1(CInt(EPOLL_CLOEXEC)), "epoll_create1")
    }

    /// Releases the descriptor; false if there was none.
    mutating func release() -> Bool {
        guard descriptor >= 0 else { return false }
        close(descriptor)
        descriptor = -1
        return true
    }
}
