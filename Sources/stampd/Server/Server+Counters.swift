// SPDX-License-Identifier: Apache-2.0
import Rules
import SignerCore

extension Server {
    /// Continues the counters of the process before this one, and keeps its own from now on.
    ///
    /// Counters that cannot be read count as used up: each limit has no room until its window has passed.
    ///
    /// - Parameters:
    ///   - isKept: Whether the frame outlives the process.
    ///   - passed: The descriptors that the service manager passed for the counters. Those that are not used are
    ///     closed.
    func keepCounters(_ isKept: Bool, passed: [CInt]) {
        guard let notifier = serviceManager.notifier, isKept else {
            guard !passed.isEmpty else { return }
            for descriptor in passed { _ = try? CounterMemory.adopt(descriptor) }
            if let notifier = serviceManager.notifier {
                FileDescriptorStore(notifier, FileDescriptorStore.counters).remove()
            }
            return log.write(.warning, "kept counters dropped: --keep-state is not given; limits begin anew")
        }
        let store = FileDescriptorStore(notifier, FileDescriptorStore.counters)
        guard let first = passed.first else { return startCounters(nil, in: store) }
        guard passed.count == 1 else {
            for descriptor in passed { _ = try? CounterMemory.adopt(descriptor) }
            return startUnreadable("there is more than one", in: store)
        }
        do throws(CounterMemory.Fault) {
            let kept = CounterStore(try CounterMemory.adopt(first), in: store, isStored: true)
            guard let counters = try? kept.read(at: BootInstant.now.nanoseconds) else {
                return startUnreadable("they are damaged", in: store)
            }
            handler.rules.goOn(with: counters, in: kept)
        } catch { startUnreadable(error.message, in: store) }
    }

    private func startUnreadable(_ reason: String, in store: FileDescriptorStore) {
        store.remove()
        log.write(.error, "kept counters cannot be read: \(reason); each limit is used up until its window has passed")
        startCounters(Counters(unreadableSince: BootInstant.now.nanoseconds), in: store)
    }

    private func startCounters(_ counters: Counters?, in store: FileDescriptorStore) {
        do throws(CounterMemory.Fault) {
            handler.rules.goOn(
                with: counters,
                in: CounterStore(try CounterMemory.make(), in: store, isStored: false)
            )
        } catch { log.write(.warning, "what limits count is not kept: \(error.message)") }
    }
}
