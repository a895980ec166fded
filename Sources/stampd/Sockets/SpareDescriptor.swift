// SPDX-License-Identifier: Apache-2.0
import CLinux
import Glibc

/// A descriptor that stands for nothing, held so that one more can be had when the process has all that it may have.
struct SpareDescriptor: ~Copyable {
    private var descriptor: CInt = -1

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Holds one, unless it does.
    ///
    /// - Throws: Where there is none left.
    mutating func hold() throws(SystemError) {
        guard descriptor < 0 else { return }
        descriptor = try checkLibc(epoll_create1(CInt(EPOLL_CLOEXEC)), "epoll_create1")
    }

    /// Gives it up for what needs one; false where there was none.
    mutating func release() -> Bool {
        guard descriptor >= 0 else { return false }
        close(descriptor)
        descriptor = -1
        return true
    }
}
