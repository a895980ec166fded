// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Runs each job on a thread of its own. A time-out that waits for the shared pool, which other tests keep busy, comes after
/// libfido2's own.
final class OwnThreads: TaskExecutor {
    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        Thread { job.runSynchronously(on: self.asUnownedTaskExecutor()) }.start()
    }
}
