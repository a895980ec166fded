// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// Runs each job on a thread of its own, so that a test may wait for a process or a socket without holding up the others.
final class BlockingExecutor: TaskExecutor {
    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        Thread { job.runSynchronously(on: self.asUnownedTaskExecutor()) }.start()
    }
}

/// Runs a test's body where it may block.
func blocking(_ body: () throws -> Void) async throws {
    try await withTaskExecutorPreference(BlockingExecutor()) { try body() }
}
