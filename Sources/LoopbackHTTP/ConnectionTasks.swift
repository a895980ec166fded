// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// Runs one task for each connection of a server. A channel that NIO set up must be served by someone, or it traps.
final class ConnectionTasks: Sendable {
    private struct State {
        var tasks: [Int: Task<Void, Never>] = [:]
        var count = 0
    }

    private let state = Mutex(State())

    func start(_ work: @escaping @Sendable () async -> Void) {
        state.withLock { state in
            let number = state.count
            state.count += 1
            state.tasks[number] = Task {
                await work()
                self.state.withLock { $0.tasks[number] = nil }
            }
        }
    }

    func cancel() {
        for task in running { task.cancel() }
    }

    /// Waits for the tasks that run now.
    func wait() async {
        for task in running { await task.value }
    }

    private var running: [Task<Void, Never>] { state.withLock { Array($0.tasks.values) } }
}
