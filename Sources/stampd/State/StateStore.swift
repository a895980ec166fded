// SPDX-License-Identifier: Apache-2.0
import SignerCore

/// Where a frame is kept while the process is replaced.
protocol StateKeeping: AnyObject {
    /// Of the frame as it was last saved.
    var revision: UInt64 { get }

    /// Saves the frame as it is; a blank one leaves nothing.
    ///
    /// - Throws: What failed; nothing is kept then.
    func save(_ frame: borrowing Frame, at now: BootInstant) throws(StateError)
}

/// The frame's state in memory that the service manager holds: there while the frame holds anything, or the audit stands
/// somewhere.
final class StateStore: StateKeeping {
    private let memory: StateMemory
    private var slots: StateSlots
    /// Nil in memory of version 0.1.0.
    private var auditArea: AuditArea?
    private var isAuditKept = false
    private let bootId: BootId
    private let store: FileDescriptorStore
    /// Whether the manager has the descriptor.
    private var isStored: Bool
    private(set) var revision: UInt64 = 0

    /// `isStored`: whether the manager has the memory already.
    init(_ memory: consuming StateMemory, bootId: BootId, in store: FileDescriptorStore, isStored: Bool) {
        slots = unsafe StateSlots(memory.bytes)
        auditArea = memory.makeAuditArea()
        self.memory = memory
        self.bootId = bootId
        self.store = store
        self.isStored = isStored
    }

    /// The frame that the last process left; nil where it left none.
    func read(limits: FrameLimits, at now: BootInstant) throws(StateError) -> Frame? {
        try slots.read(limits: limits, bootId: bootId, at: now)
    }

    /// Whether there is a place for where the audit stands.
    var hasAuditArea: Bool { memory.hasAuditArea }

    /// Where the last process left the audit; nil where it had none.
    func readAudit() -> AuditHead? { auditArea?.read() }

    func save(_ frame: borrowing Frame, at now: BootInstant) throws(StateError) {
        revision = frame.revision
        guard !frame.isBlank else { return remove() }
        do throws(StateError) { try slots.write(frame, bootId: bootId, at: now) } catch {
            remove()
            throw error
        }
        keepStored()
    }

    private func keepStored() {
        if !isStored { store.keep(memory.descriptor) }
        isStored = true
    }

    /// Wipes it, and has the manager drop it, unless the audit goes on in it.
    func remove() {
        slots.wipe()
        guard !isAuditKept else { return }
        if isStored { store.remove() }
        isStored = false
    }

    /// Leaves nothing of what the last process left.
    func wipe() { slots.wipe() }
}

extension StateStore: AuditHeadKeeper {
    func keep(_ head: AuditHead) {
        guard hasAuditArea else { return }
        auditArea?.write(head)
        isAuditKept = true
        keepStored()
    }
}
