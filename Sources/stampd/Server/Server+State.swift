// SPDX-License-Identifier: Apache-2.0
import Glibc
import SignerCore

extension Server {
    /// Restores the state that the process before this one left, and keeps the frame's own from now on.
    ///
    /// - Parameters:
    ///   - bootId: The id of this boot; nil if no state is to be kept.
    ///   - passed: The descriptors that the service manager passed for the state. Those that are not used are closed.
    func keepState(bootId: BootId?, passed: [CInt]) {
        let former = openStore(bootId: bootId, passed: passed)
        let stateStore = handler.stateStore as? StateStore
        audit.begin(after: former.audit, keeping: stateStore)
        if former.hasFrame { handler.goOn() }
        publishEvents()
        audit.handOver()
    }

    /// The state that the process before this one left.
    private struct FormerState {
        var audit: AuditHead?
        /// Whether a frame was restored from it.
        var hasFrame = false
    }

    private func openStore(bootId: BootId?, passed: [CInt]) -> FormerState {
        guard let bootId else {
            if !passed.isEmpty { drop(passed, because: "--keep-state is not given") }
            return FormerState()
        }
        guard let notifier = serviceManager.notifier else {
            if !passed.isEmpty { drop(passed, because: "no service manager asks for it again") }
            log.write(.warning, "state is not kept: no service manager started this frame")
            return FormerState()
        }
        let store = FileDescriptorStore(notifier, FileDescriptorStore.state)
        var former = FormerState()
        if passed.count > 1 {
            drop(passed, because: "there is more than one")
        } else if let descriptor = passed.first {
            former = takeOver(descriptor, bootId, in: store)
        }
        if handler.stateStore == nil { startStore(bootId, in: store) }
        return former
    }

    private func takeOver(_ descriptor: CInt, _ bootId: BootId, in fileStore: FileDescriptorStore) -> FormerState {
        let store: StateStore
        do throws(StateMemory.Fault) {
            store = StateStore(try StateMemory.adopt(descriptor), bootId: bootId, in: fileStore, isStored: true)
        } catch {
            drop([], because: error.message)
            return FormerState()
        }
        var former = FormerState(audit: store.readAudit())
        do throws(StateError) {
            if let frame = try store.read(limits: handler.frame.limits, at: .now) {
                handler.frame = frame
                former.hasFrame = true
            }
            handler.stateStore = store.hasAuditArea ? store : move(store, bootId, in: fileStore)
        } catch {
            store.wipe()
            drop([], because: error.message)
        }
        return former
    }

    /// Moves state from the memory of version 0.1.0 to one with a place for the audit; if there is none, the old one is
    /// used on.
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
            // If stampd made the memory, its contents are wiped too, even if others hold it.
            if let memory = try? StateMemory.adopt(descriptor) { unsafe StateSlots(memory.bytes).wipe() }
        }
        if let notifier = serviceManager.notifier { FileDescriptorStore(notifier, FileDescriptorStore.state).remove() }
        log.write(.warning, "kept state dropped: \(reason); the frame starts empty")
    }
}
