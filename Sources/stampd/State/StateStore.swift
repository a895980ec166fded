// SPDX-License-Identifier: Apache-2.0
import SignerCore

/// The frame's state in memory that the service manager holds: there while the frame holds anything, gone with it.
final class StateStore {
    private let memory: StateMemory
    private var slots: StateSlots
    private let bootId: BootId
    /// Whether the manager has the descriptor.
    private var isStored: Bool
    /// Of the frame as it was last saved.
    private(set) var revision: UInt64 = 0

    /// `isStored`: whether the manager has the memory already.
    init(_ memory: consuming StateMemory, bootId: BootId, isStored: Bool) {
        slots = unsafe StateSlots(memory.bytes)
        self.memory = memory
        self.bootId = bootId
        self.isStored = isStored
    }

    /// The frame that the last process left; nil where it left none.
    func read(limits: FrameLimits, at now: BootInstant) throws(StateError) -> Frame? {
        try slots.read(limits: limits, bootId: bootId, at: now)
    }

    /// Saves the frame as it is; a blank one leaves nothing.
    ///
    /// - Throws: What failed; nothing is kept then.
    func save(_ frame: borrowing Frame, at now: BootInstant) throws(Failure) {
        revision = frame.revision
        guard !frame.isBlank else { return try remove() }
        do throws(StateError) { try slots.write(frame, bootId: bootId, at: now) } catch {
            try remove()
            throw .state(error)
        }
        guard !isStored else { return }
        do throws(SystemError) { try FileDescriptorStore.keep(memory.descriptor) } catch { throw .system(error) }
        isStored = true
    }

    /// Wipes it, and has the manager drop it.
    func remove() throws(Failure) {
        slots.wipe()
        guard isStored else { return }
        isStored = false
        do throws(SystemError) { try FileDescriptorStore.remove() } catch { throw .system(error) }
    }

    /// Leaves nothing of what the last process left.
    func wipe() { slots.wipe() }

    enum Failure: Error {
        case state(StateError)
        case system(SystemError)

        var message: String {
            switch self {
            case .state(let error): error.message
            case .system(let error): error.message
            }
        }
    }
}
