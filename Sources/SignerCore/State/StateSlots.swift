// SPDX-License-Identifier: Apache-2.0
import COpenSSL

/// Two slots for a frame's state in memory that outlives the process. A state is written into the free slot, then the
/// previous one is wiped, so that one slot is valid at whatever moment the process dies.
@safe package struct StateSlots: ~Copyable {
    private let slots: [UnsafeMutableRawBufferPointer]
    private var current = 0
    private var generation: UInt64 = 0

    /// The size of a slot: the longest state, rounded up to pages of 4 KiB.
    static let slotByteCount = (StateHeader.Counts.maximum.byteCount + 4095) / 4096 * 4096
    /// The memory that both slots take, in bytes.
    package static let byteCount = 2 * slotByteCount

    /// Takes memory for the slots.
    ///
    /// - Parameter memory: `byteCount` bytes, which must outlive this value.
    package init(_ memory: UnsafeMutableRawBufferPointer) {
        unsafe slots = [
            UnsafeMutableRawBufferPointer(rebasing: memory[..<Self.slotByteCount]),
            UnsafeMutableRawBufferPointer(rebasing: memory[Self.slotByteCount..<Self.byteCount]),
        ]
    }

    /// Writes the frame's state and wipes the previous one. If this throws, both are wiped, since an outdated state
    /// must not be restored.
    ///
    /// - Throws: `.count`, `.crypto`.
    package mutating func write(_ frame: borrowing Frame, bootId: BootId, at now: BootInstant) throws(StateError) {
        let next = 1 - current
        do throws(StateError) {
            _ = try unsafe frame.writeState(to: slots[next], generation: generation + 1, bootId: bootId, at: now)
        } catch {
            wipe()
            throw error
        }
        wipe(current)
        current = next
        generation += 1
    }

    /// Restores the frame whose state was written last.
    ///
    /// - Returns: The frame; nil if nothing was written, or all of it was wiped.
    /// - Throws: The first fault found; see `Frame.readState`.
    package mutating func read(
        limits: FrameLimits,
        bootId: BootId,
        at now: BootInstant
    ) throws(StateError) -> Frame? {
        guard let newest = try findNewest() else { return nil }
        let frame = try unsafe Frame.readState(
            from: UnsafeRawBufferPointer(slots[newest.slot]),
            limits: limits,
            bootId: bootId,
            at: now
        )
        current = newest.slot
        generation = newest.generation
        wipe(1 - current)
        return frame
    }

    /// Wipes both slots.
    package func wipe() {
        wipe(0)
        wipe(1)
    }

    private func wipe(_ slot: Int) {
        unsafe OPENSSL_cleanse(slots[slot].baseAddress, slots[slot].count)
    }

    /// Finds the valid slot with the later generation. Throws the fault of a slot if neither is valid.
    private func findNewest() throws(StateError) -> (slot: Int, generation: UInt64)? {
        var newest: (slot: Int, generation: UInt64)?
        var failure: StateError?
        for slot in 0...1 {
            do throws(StateError) {
                let found = try unsafe StateHeader.read(UnsafeRawBufferPointer(slots[slot])).generation
                if newest.map({ found > $0.generation }) ?? true { newest = (slot, found) }
            } catch {
                if error != .empty { failure = error }
            }
        }
        if newest == nil, let failure { throw failure }
        return newest
    }
}
