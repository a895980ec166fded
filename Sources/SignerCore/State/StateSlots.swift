// SPDX-License-Identifier: Apache-2.0
import COpenSSL

/// Two places for a frame's state in memory that outlives the process: the next state is written beside the last one, which
/// is wiped once the next is whole. Whenever the process dies, one of the two is whole.
@safe package struct StateSlots: ~Copyable {
    private let slots: [UnsafeMutableRawBufferPointer]
    private var current = 0
    private var generation: UInt64 = 0

    /// One slot: the longest state there is, in whole pages of 4 KiB.
    static let slotByteCount = (StateHeader.Counts.maximum.byteCount + 4095) / 4096 * 4096
    package static let byteCount = 2 * slotByteCount

    /// - Parameter memory: `byteCount` bytes, which must outlive this.
    package init(_ memory: UnsafeMutableRawBufferPointer) {
        unsafe slots = [
            UnsafeMutableRawBufferPointer(rebasing: memory[..<Self.slotByteCount]),
            UnsafeMutableRawBufferPointer(rebasing: memory[Self.slotByteCount..<Self.byteCount]),
        ]
    }

    /// Writes the frame's state; the one before is gone afterwards. Where this throws, nothing is kept any more: what the
    /// frame no longer is may not come back.
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

    /// The frame whose state was written last.
    ///
    /// - Returns: Nil where nothing was written, or all of it wiped.
    /// - Throws: Why nothing of it is taken; see `Frame.readState`.
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

    /// Leaves nothing of any state.
    package func wipe() {
        wipe(0)
        wipe(1)
    }

    private func wipe(_ slot: Int) {
        unsafe OPENSSL_cleanse(slots[slot].baseAddress, slots[slot].count)
    }

    /// The later of two that are whole; where none is, what is wrong with one that is there.
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
