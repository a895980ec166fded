// SPDX-License-Identifier: Apache-2.0
import COpenSSL

extension StateHeader {
    /// Reads the header and checks the whole state against it.
    ///
    /// - Parameter memory: The state, followed by zeros.
    /// - Returns: The header.
    /// - Throws: `.empty`, `.magic`, `.version`, `.count`, `.length`, `.checksum`, `.field`, `.crypto`.
    static func read(_ memory: UnsafeRawBufferPointer) throws(StateError) -> StateHeader {
        guard memory.count >= byteCount + checksumByteCount else { throw .length }
        var reader = unsafe StateReader(memory)
        let magic = reader.integer(UInt64.self)
        guard magic == self.magic else {
            throw unsafe isZero(memory) ? .empty : .magic
        }
        let version = reader.integer(UInt32.self)
        guard version == firstVersion || version == self.version else { throw .version(version) }
        let length = Int(reader.integer(UInt32.self))
        let header = try read(&reader, version)
        // One spelling for each state.
        guard header.counts.version == version else { throw .field }
        guard header.counts.areAllowed else { throw .count }
        guard length == header.counts.byteCount, length <= memory.count else { throw .length }
        try unsafe check(memory, length: length)
        return header
    }

    private static func read(_ reader: inout StateReader, _ version: UInt32) throws(StateError) -> StateHeader {
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
        if version > firstVersion {
            counts.approvers = reader.count()
            counts.waitingCards = try reader.flag() ? 1 : 0
            counts.answeredCards = try reader.flag() ? 1 : 0
        }
        return StateHeader(generation: generation, bootId: bootId, written: written, counts: counts, isLocked: isLocked)
    }

    private static func check(_ memory: UnsafeRawBufferPointer, length: Int) throws(StateError) {
        let end = length - checksumByteCount
        let digest = try unsafe checksum(of: UnsafeRawBufferPointer(rebasing: memory[..<end]))
        // The checksum covers keys too, so the time of the comparison must not show how many of its bytes agree.
        let difference = unsafe digest.span.withUnsafeBytes { digest in
            unsafe CRYPTO_memcmp(
                digest.baseAddress,
                UnsafeRawBufferPointer(rebasing: memory[end..<length]).baseAddress,
                checksumByteCount
            )
        }
        guard difference == 0 else { throw .checksum }
        guard unsafe isZero(UnsafeRawBufferPointer(rebasing: memory[length...])) else { throw .length }
    }

    /// Whether all bytes are zero. Reads eight at a time, at any alignment.
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
