// SPDX-License-Identifier: Apache-2.0

/// Keeps the audit's head in memory that outlives the process. It lies apart from the frame's state because it changes
/// with each record, and the state does not.
///
/// There are two slots of 128 bytes, written in turn. A slot holds: magic (8), generation (8), sequence (8), lost (8),
/// waiting (8), chain (32), FNV-1a over these 72 bytes (8). Integers are little-endian. Of two valid slots, the one
/// with the later generation counts. A slot that a killed process left half written has a wrong sum. The other slot
/// then holds the previous head, whose record was the last that the journal can have received.
@safe package struct AuditArea: ~Copyable {
    private let slots: [UnsafeMutableRawBufferPointer]
    private var generation: UInt64 = 0

    /// The memory it takes: one page of 4096 bytes.
    package static let byteCount = 4096
    static let slotByteCount = 128
    static let magic: UInt64 = 0x4341_4450_4d41_5453  // "STAMPDAC"
    private static let sumOffset = 72

    /// Takes memory for the head.
    ///
    /// - Parameter memory: `byteCount` bytes, which must outlive this value.
    package init(_ memory: UnsafeMutableRawBufferPointer) {
        unsafe slots = (0...1).map { slot in
            let start = slot * Self.slotByteCount
            return unsafe UnsafeMutableRawBufferPointer(rebasing: memory[start..<start + Self.slotByteCount])
        }
    }

    /// Writes the head into the slot that does not hold the last one.
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

    /// Reads the head that was written last, and lets `write` go on after it; nil if no slot is valid.
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
        // No counter gets this far by counting. One that did would overflow at the next record and end the process.
        let areNumbers = [sequence, lost, waiting].allSatisfy { (0..<Int64.max / 2).contains($0) }
        guard magic == self.magic, isWhole, areNumbers, generation < .max / 2 else { return nil }
        let head = AuditHead(sequence: sequence, chain: ChainValue(chain), lost: lost, waiting: waiting)
        return (generation, head)
    }

    /// Computes 64-bit FNV-1a over the fields before the sum. It detects an interrupted write, not forgery: a program
    /// that can write here has the keys as well.
    private static func sum(of slot: UnsafeRawBufferPointer) -> UInt64 {
        var sum: UInt64 = 0xcbf2_9ce4_8422_2325
        for index in 0..<sumOffset { sum = (sum ^ UInt64(unsafe slot[index])) &* 0x0000_0100_0000_01b3 }
        return sum
    }
}
