// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Waits for a process in a thread of its own, so that others can wait for that with a bound.
///
/// `@unchecked Sendable`: `ending` is only touched under `condition`.
final class Reaper: @unchecked Sendable {
    private let condition = NSCondition()
    private var ending: ChildProcess.Ending?

    /// - Parameter pid: A child that nobody else waits for; nil: there is none, and it never ends.
    init(_ pid: pid_t?) {
        guard let pid else { return }
        Thread { [self] in
            var status: CInt = 0
            while waitpid(pid, &status, 0) < 0, errno == EINTR {}
            let signal = status & 0x7f
            condition.lock()
            ending = signal == 0 ? .exited(status >> 8 & 0xff) : .killed(by: signal)
            condition.broadcast()
            condition.unlock()
        }.start()
    }

    /// The ending, once it is there; nil where it is not in time.
    func wait(within seconds: Double) -> ChildProcess.Ending? {
        let limit = Date(timeIntervalSinceNow: seconds)
        condition.lock()
        defer { condition.unlock() }
        while ending == nil, condition.wait(until: limit) {}
        return ending
    }
}
