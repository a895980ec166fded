// SPDX-License-Identifier: Apache-2.0

/// Keeps the audit's head in memory that outlives the process, apart from the frame's state: it changes with each record,
/// the state does not.
///
/// Two slots of 128 bytes, written in turn. In a slot: magic (8), generation (8), sequence (8), lost (8), waiting (8),
/// chain (32), FNV-1a over these 72 bytes (8). Integers are little-endian. Of two whole slots the later generation holds. A
/// slot that a killed process left half written does not match its sum, and the other slot holds the head before it, whose
/// record was the last that anybody could have seen.
@safe package struct AuditArea: ~Copyable {
    private let slots: [UnsafeMutableRawBufferPointer]
    private var generation: UInt64 = 0

    /// A page.
    package static let byteCount = 4096
    static let slotByteCount = 128
    static let magic: UInt64 = 0x4341_4450_4d41_5453  // "STAMPDAC"
    private static let sumOffset = 72

    /// - Parameter memory: `byteCount` bytes, which must outlive this.
    package init(_ memory: UnsafeMutableRawBufferPointer) {
        unsafe slots = (0...1).map { slot in
            let start = slot * Self.slotByteCount
            return unsafe UnsafeMutableRawBufferPointer(rebasing: memory[start..<start + Self.slotByteCount])
        }
    }

    package mutating func write(_ head: AuditHead) {
        generation += 1
        let slot = unsafe slots[Int(generation % 2)]
        var writer = unsafe StateWriter(slot)
        writer.write(Self.magic)
        writer.write(generation)
        writer.write(head.sequence)
        writer.write(head.lost)
        writer.write(head.waiting)
        for index in head.chain.bytes.indices { writer.write(head.chain.bytes[index]) }
        writer.write(unsafe Self.sum(of: UnsafeRawBufferPointer(slot)))
    }

    /// The head that was written last; nil where none is whole. Writing goes on behind it.
    package mutating func read() -> AuditHead? {
        var newest: (generation: UInt64, head: AuditHead)?
        for index in 0...1 {
            guard let found = unsafe Self.read(UnsafeRawBufferPointer(slots[index])) else { continue }
            if newest.map({ found.generation > $0.generation }) ?? true { newest = found }
        }
        generation = newest?.generation ?? 0
        return newest?.head
    }

    private static func read(_ slot: UnsafeRawBufferPointer) -> (generation: UInt64, head: AuditHead)? {
        var reader = unsafe StateReader(slot)
        let magic = reader.integer(UInt64.self)
        let generation = reader.integer(UInt64.self)
        let sequence = reader.integer(Int64.self)
        let lost = reader.integer(Int64.self)
        let waiting = reader.integer(Int64.self)
        var chain = InlineArray<32, UInt8>(repeating: 0)
        for index in chain.indices { chain[index] = reader.integer() }
        let isWhole = reader.integer(UInt64.self) == (unsafe sum(of: slot))
        // A number that only grows never gets there; one that did would end the process at the next record.
        let areNumbers = [sequence, lost, waiting].allSatisfy { (0..<Int64.max / 2).contains($0) }
        guard magic == self.magic, isWhole, areNumbers, generation < .max / 2 else { return nil }
        let head = AuditHead(sequence: sequence, chain: ChainValue(chain), lost: lost, waiting: waiting)
        return (generation, head)
    }

    /// FNV-1a of 64 bits, over what stands before it. It tells a write that was cut off, no forger: whoever writes here
    /// holds the keys as well.
    private static func sum(of slot: UnsafeRawBufferPointer) -> UInt64 {
        var sum: UInt64 = 0xcbf2_9ce4_8422_2325
        for index in 0..<sumOffset { sum = (sum ^ UInt64(unsafe slot[index])) &* 0x0000_0100_0000_01b3 }
        return sum
    }
}
