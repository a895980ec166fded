// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Waits for a child on a thread of its own, so that tests can wait for it with a bound.
// Unchecked: `ending` is only touched under `condition`.
final class Reaper: @unchecked Sendable {
    private let condition = NSCondition()
    private let pid: pid_t?
    private var isReaped: Bool
    private var status: CInt = 0

    /// - Parameter pid: The child's; nil where there is none.
    init(_ pid: pid_t?) {
        self.pid = pid
        isReaped = pid == nil
        guard let pid else { return }
        Thread { [self] in
            // Its end is seen first and its number given back only then, under the lock: no signal goes to another process.
            var information = siginfo_t()
            while waitid(P_PID, id_t(pid), &information, WEXITED | WNOWAIT) < 0, errno == EINTR {}
            condition.withLock {
                while waitpid(pid, &status, 0) < 0, errno == EINTR {}
                isReaped = true
                condition.broadcast()
            }
        }.start()
    }

    var ending: ChildProcess.Ending? { condition.withLock { isReaped ? readEnding() : nil } }

    func wait(within seconds: Double) throws -> ChildProcess.Ending {
        let deadline = Date(timeIntervalSinceNow: seconds)
        condition.lock()
        defer { condition.unlock() }
        while !isReaped {
            guard condition.wait(until: deadline) else { throw WaitTimedOut(what: "a process's end") }
        }
        return readEnding()
    }

    func send(_ signal: CInt) {
        condition.withLock { if !isReaped, let pid { kill(pid, signal) } }
    }

    private func readEnding() -> ChildProcess.Ending {
        let signal = status & 0x7f
        return signal == 0 ? .exited(status >> 8 & 0xff) : .killed(by: signal)
    }
}
