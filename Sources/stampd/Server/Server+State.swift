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
        guard let bootId else {
            return passed.isEmpty ? () : drop(passed, because: "--keep-state is not given")
        }
        guard let notifier = serviceManager.notifier else {
            if !passed.isEmpty { drop(passed, because: "no service manager asks for it again") }
            return log.write(.warning, "state is not kept: no service manager started this frame")
        }
        let store = FileDescriptorStore(notifier)
        guard passed.count <= 1 else {
            drop(passed, because: "there is more than one")
            return startStore(bootId, in: store)
        }
        if let descriptor = passed.first, takeOver(descriptor, bootId, in: store) { return }
        startStore(bootId, in: store)
    }

    private func takeOver(_ descriptor: CInt, _ bootId: BootId, in fileStore: FileDescriptorStore) -> Bool {
        let store: StateStore
        do throws(StateMemory.Fault) {
            store = StateStore(try StateMemory.adopt(descriptor), bootId: bootId, in: fileStore, isStored: true)
        } catch {
            drop([], because: error.message)
            return false
        }
        do throws(StateError) {
            let left = try store.read(limits: handler.frame.limits, at: .now)
            handler.stateStore = store
            if let left { handler.resume(left) }
        } catch {
            store.wipe()
            drop([], because: error.message)
            return false
        }
        publishEvents()
        return true
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
        if let notifier = serviceManager.notifier { FileDescriptorStore(notifier).remove() }
        log.write(.warning, "kept state dropped: \(reason); the frame starts empty")
    }
}
