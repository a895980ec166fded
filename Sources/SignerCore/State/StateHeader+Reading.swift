// SPDX-License-Identifier: Apache-2.0

extension StateHeader {
    /// Reads the header of whole, undamaged state. `memory`: the state, and zeros to its end.
    ///
    /// - Throws: `.empty`, `.magic`, `.version`, `.count`, `.length`, `.checksum`, `.field`, `.crypto`.
    static func read(_ memory: UnsafeRawBufferPointer) throws(StateError) -> StateHeader {
        guard memory.count >= byteCount + checksumByteCount else { throw .length }
        var reader = unsafe StateReader(memory)
        let magic = reader.integer(UInt64.self)
        guard magic == self.magic else {
            throw unsafe isZero(memory) ? .empty : .magic
        }
        let version = reader.integer(UInt32.self)
        guard version == self.version else { throw .version(version) }
        let length = Int(reader.integer(UInt32.self))
        let header = try read(&reader)
        guard header.counts.areAllowed else { throw .count }
        guard length == header.counts.byteCount, length <= memory.count else { throw .length }
        try unsafe check(memory, length: length)
        return header
    }

    private static func read(_ reader: inout StateReader) throws(StateError) -> StateHeader {
        let generation = reader.integer(UInt64.self)
        guard (1..<UInt64.max).contains(generation) else { throw .field }
        let bootId = reader.bytes(BootId.byteCount)
        let written = reader.moment()
        var counts = Counts(
            credentials: reader.count(),
            sessions: reader.count(),
            pendingKeys: reader.count(),
            rememberedDeadlines: reader.count(),
            expiredNames: reader.count()
        )
        let isLocked = try reader.flag()
        counts.embeddedKeys = try reader.flag() ? 1 : 0
        return StateHeader(generation: generation, bootId: bootId, written: written, counts: counts, isLocked: isLocked)
    }

    private static func check(_ memory: UnsafeRawBufferPointer, length: Int) throws(StateError) {
        let end = length - checksumByteCount
        let digest = try unsafe checksum(of: UnsafeRawBufferPointer(rebasing: memory[..<end]))
        for index in 0..<checksumByteCount {
            guard unsafe memory[end + index] == digest[index] else { throw .checksum }
        }
        guard unsafe isZero(UnsafeRawBufferPointer(rebasing: memory[length...])) else { throw .length }
    }

    /// Eight bytes at a time, whatever the alignment.
    private static func isZero(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var index = 0
        while index + 8 <= bytes.count {
            guard unsafe bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self) == 0 else { return false }
            index += 8
        }
        while index < bytes.count {
            guard unsafe bytes[index] == 0 else { return false }
            index += 1
        }
        return true
    }
}
