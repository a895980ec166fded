// SPDX-License-Identifier: Apache-2.0
import SignerCore

/// Keeps a frame while the process is replaced.
protocol StateKeeping: AnyObject {
    /// The revision of the frame as it was last saved.
    var revision: UInt64 { get }

    /// Saves the frame as it is; nothing is kept of a blank one.
    ///
    /// - Throws: `StateError`; nothing is kept then.
    func save(_ frame: borrowing Frame, at now: BootInstant) throws(StateError)
}

/// Keeps the frame's state in memory that the service manager holds, as long as the frame holds anything, or an audit
/// has begun.
final class StateStore: StateKeeping {
    private let memory: StateMemory
    private var slots: StateSlots
    /// The audit's area; nil in memory of version 0.1.0.
    private var auditArea: AuditArea?
    private var isAuditKept = false
    private let bootId: BootId
    private let store: FileDescriptorStore
    /// Whether the manager has the descriptor.
    private var isStored: Bool
    private(set) var revision: UInt64 = 0

    /// Takes the memory; `isStored` says whether the manager has it already.
    init(_ memory: consuming StateMemory, bootId: BootId, in store: FileDescriptorStore, isStored: Bool) {
        slots = unsafe StateSlots(memory.bytes)
        auditArea = memory.makeAuditArea()
        self.memory = memory
        self.bootId = bootId
        self.store = store
        self.isStored = isStored
    }

    /// Restores the frame of the last process; nil if it left none.
    func read(limits: FrameLimits, at now: BootInstant) throws(StateError) -> Frame? {
        try slots.read(limits: limits, bootId: bootId, at: now)
    }

    /// Whether the memory has a place for the audit's head.
    var hasAuditArea: Bool { memory.hasAuditArea }

    /// Reads the audit's head of the last process; nil if it had none.
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

    /// Wipes the state, and makes the manager drop the memory, unless the audit continues in it.
    func remove() {
        slots.wipe()
        guard !isAuditKept else { return }
        if isStored { store.remove() }
        isStored = false
    }

    /// Wipes the state of the last process.
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
