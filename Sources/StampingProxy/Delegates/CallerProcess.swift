// SPDX-License-Identifier: Apache-2.0
import CLinux
import Glibc

/// A process by its pidfd (pidfd_open(2)), which never comes to mean a later process with the same id.
package final class CallerProcess: Sendable {
    private let descriptor: CInt

    /// Opens the process; `nil` if there is none with this id.
    package init?(_ processId: Int32) {
        descriptor = CLinuxOpenProcess(processId)
        guard descriptor >= 0 else { return nil }
    }

    deinit { close(descriptor) }

    /// Whether the process has exited.
    package var hasEnded: Bool {
        var question = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return unsafe poll(&question, 1, 0) > 0
    }
}
