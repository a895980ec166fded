// SPDX-License-Identifier: Apache-2.0
import CLinux
import Glibc
import Synchronization

/// A child process between its start and its end. No signal is sent to a later process with the same number.
final class RunningChild: Sendable {
    private let process: pid_t
    private let descriptor: CInt
    private let isRunning = Mutex(true)

    init(_ process: pid_t) {
        self.process = process
        descriptor = CLinuxOpenProcess(process)
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Waits until the process ends, but no longer than until `end`; returns whether it ended.
    func hasEnded(by end: ContinuousClock.Instant) -> Bool {
        // Where no descriptor was left to open, `reap` waits for the end as long as it takes.
        guard descriptor >= 0 else { return true }
        var wait = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        while true {
            let left = max(.zero, end - .now) / .milliseconds(1)
            let count = unsafe poll(&wait, 1, CInt(min(left.rounded(.up), 1_000_000)))
            if count > 0 { return true }
            if count == 0, ContinuousClock.now >= end { return false }
        }
    }

    func kill() {
        isRunning.withLock { isRunning in if isRunning { _ = Glibc.kill(process, SIGKILL) } }
    }

    /// Waits for the process to end, and returns its status as waitpid(2) has it. The first wait leaves the process as it is,
    /// so that the number stays its own until the lock is taken.
    func reap() -> CInt {
        var information = unsafe siginfo_t()
        while unsafe waitid(P_PID, id_t(process), &information, WEXITED | WNOWAIT) != 0, errno == EINTR {}
        return isRunning.withLock { isRunning in
            isRunning = false
            var status: CInt = 0
            while unsafe waitpid(process, &status, 0) < 0, errno == EINTR {}
            return status
        }
    }
}
