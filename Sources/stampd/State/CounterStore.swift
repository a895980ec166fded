// SPDX-License-Identifier: Apache-2.0
import Rules

/// Keeps the counters of limits while the process is replaced.
protocol CounterKeeping: AnyObject {
    /// Writes what changed since the last time.
    func save(_ counters: inout Counters)
}

/// Keeps the counters of limits in memory that the service manager holds from the first charge on.
final class CounterStore: CounterKeeping {
    private var memory: CounterMemory
    private let store: FileDescriptorStore
    /// Whether the manager has the descriptor.
    private var isStored: Bool

    init(_ memory: consuming CounterMemory, in store: FileDescriptorStore, isStored: Bool) {
        self.memory = memory
        self.store = store
        self.isStored = isStored
    }

    /// Reads the counters of the last process.
    func read(at now: Int64) throws(Counters.ReadingError) -> Counters { try memory.read(at: now) }

    func save(_ counters: inout Counters) {
        memory.write(&counters)
        guard !isStored, counters.isWorthKeeping else { return }
        store.keep(memory.descriptor)
        isStored = true
    }
}
