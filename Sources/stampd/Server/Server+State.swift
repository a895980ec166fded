// SPDX-License-Identifier: Apache-2.0
import Glibc
import SignerCore

extension Server {
    /// Goes on as the process before it where that left its state, and keeps its own from now on.
    ///
    /// - Parameters:
    ///   - bootId: Of this boot; nil where no state is to be kept.
    ///   - passed: The descriptors that the service manager passed as the state's. They are closed where they are no use.
    func keepState(bootId: BootId?, passed: [CInt]) {
        let left = openStore(bootId: bootId, passed: passed)
        let stateStore = handler.stateStore as? StateStore
        audit.begin(after: left.audit, keeping: stateStore)
        if left.hasFrame { handler.goOn() }
        publishEvents()
        audit.handOver()
    }

    /// What the process before this one left.
    private struct Left {
        var audit: AuditHead?
        /// It is `frame` by now.
        var hasFrame = false
    }

    private func openStore(bootId: BootId?, passed: [CInt]) -> Left {
        guard let bootId else {
            if !passed.isEmpty { drop(passed, because: "--keep-state is not given") }
            return Left()
        }
        guard let notifier = serviceManager.notifier else {
            if !passed.isEmpty { drop(passed, because: "no service manager asks for it again") }
            log.write(.warning, "state is not kept: no service manager started this frame")
            return Left()
        }
        let store = FileDescriptorStore(notifier, FileDescriptorStore.state)
        var left = Left()
        if passed.count > 1 {
            drop(passed, because: "there is more than one")
        } else if let descriptor = passed.first {
            left = takeOver(descriptor, bootId, in: store)
        }
        if handler.stateStore == nil { startStore(bootId, in: store) }
        return left
    }

    private func takeOver(_ descriptor: CInt, _ bootId: BootId, in fileStore: FileDescriptorStore) -> Left {
        let store: StateStore
        do throws(StateMemory.Fault) {
            store = StateStore(try StateMemory.adopt(descriptor), bootId: bootId, in: fileStore, isStored: true)
        } catch {
            drop([], because: error.message)
            return Left()
        }
        var left = Left(audit: store.readAudit())
        do throws(StateError) {
            if let frame = try store.read(limits: handler.frame.limits, at: .now) {
                handler.frame = frame
                left.hasFrame = true
            }
            handler.stateStore = store.hasAuditArea ? store : move(store, bootId, in: fileStore)
        } catch {
            store.wipe()
            drop([], because: error.message)
        }
        return left
    }

    /// From memory of version 0.1.0 to memory that has a place for the audit; where there is none, the old one serves on.
    private func move(_ old: StateStore, _ bootId: BootId, in fileStore: FileDescriptorStore) -> StateStore {
        guard let memory = try? StateMemory.make() else { return old }
        old.remove()
        let store = StateStore(memory, bootId: bootId, in: fileStore, isStored: false)
        do throws(StateError) { try store.save(handler.frame, at: .now) } catch {
            log.write(.error, "state is not kept: \(error.message)")
        }
        return store
    }

    private func startStore(_ bootId: BootId, in store: FileDescriptorStore) {
        do throws(StateMemory.Fault) {
            handler.stateStore = StateStore(try StateMemory.make(), bootId: bootId, in: store, isStored: false)
        } catch { log.write(.warning, "state is not kept: \(error.message)") }
    }

    private func drop(_ descriptors: [CInt], because reason: String) {
        for descriptor in descriptors {
            // Where it is what stampd makes, what is in it goes too, whoever else holds it.
            if let memory = try? StateMemory.adopt(descriptor) { unsafe StateSlots(memory.bytes).wipe() }
        }
        if let notifier = serviceManager.notifier { FileDescriptorStore(notifier, FileDescriptorStore.state).remove() }
        log.write(.warning, "kept state dropped: \(reason); the frame starts empty")
    }
}
