// SPDX-License-Identifier: Apache-2.0
import Dispatch
import Foundation
import Synchronization

/// A thread that runs an actor's jobs in order, for calls that block and must not hold a thread of the cooperative
/// pool.
///
/// It lives from its creation until `end()`, which the actor's `deinit` calls.
final class BlockingThread: SerialExecutor {
    private let jobs = Mutex<[UnownedJob]>([])
    private let wake = DispatchSemaphore(value: 0)

    init(name: String) {
        let thread = Thread { [self] in run() }
        thread.name = name
        thread.start()
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        jobs.withLock { $0.append(job) }
        wake.signal()
    }

    /// Ends the thread. No job is enqueued afterwards, since the actor is gone.
    func end() {
        wake.signal()
    }

    /// Runs jobs until a wake-up comes without one, which is the end.
    private func run() {
        while true {
            wake.wait()
            guard let job = jobs.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) else { return }
            unsafe job.runSynchronously(on: asUnownedSerialExecutor())
        }
    }
}
