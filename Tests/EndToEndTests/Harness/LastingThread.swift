// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A thread that lives as long as this process. What it starts may end with it (prctl(2), PR_SET_PDEATHSIG: the parent is
/// the thread, not the process).
enum LastingThread {
    private static let condition = NSCondition()
    // Unsafe: only touched under `condition`.
    nonisolated(unsafe) private static var waiting: [() -> Void] = []

    private static let start: Void = Thread {
        while true { next()() }
    }.start()

    private static func next() -> () -> Void {
        condition.lock()
        defer { condition.unlock() }
        while waiting.isEmpty { condition.wait() }
        return waiting.removeFirst()
    }

    /// Runs `body` there, and waits for it.
    static func run(_ body: @escaping () -> CInt) -> CInt {
        _ = start
        let done = DispatchSemaphore(value: 0)
        var value: CInt = 0
        condition.withLock {
            waiting.append {
                value = body()
                done.signal()
            }
            condition.signal()
        }
        done.wait()
        return value
    }
}
