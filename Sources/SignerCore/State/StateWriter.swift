// SPDX-License-Identifier: Apache-2.0

/// Writes fields in order into the caller's memory. A secret is copied from its own memory to there and nowhere else.
@safe struct StateWriter: ~Copyable {
    private let memory: UnsafeMutableRawBufferPointer
    private(set) var byteCount = 0

    /// Starts at the beginning of `memory`, which must have room for all that will be written.
    init(_ memory: UnsafeMutableRawBufferPointer) { unsafe self.memory = memory }

    mutating func write<Value: FixedWidthInteger & BitwiseCopyable>(_ value: Value) {
        unsafe memory.storeBytes(of: value.littleEndian, toByteOffset: byteCount, as: Value.self)
        byteCount += MemoryLayout<Value>.size
    }

    /// Writes a count that is known to fit 16 bits.
    mutating func write(count: Int) { write(UInt16(clamping: count)) }

    mutating func write(_ flag: Bool) { write(flag ? UInt8(1) : 0) }

    mutating func write(_ moment: BootInstant) { write(moment.nanoseconds) }

    /// Writes bytes that are not secret, followed by zeros up to `paddedByteCount`.
    mutating func write(_ bytes: [UInt8], paddedByteCount: Int) {
        for index in 0..<paddedByteCount { write(index < bytes.count ? bytes[index] : 0) }
    }

    mutating func write(_ name: SessionName) { write(name.utf8, paddedByteCount: SessionName.maximumByteCount) }

    mutating func write(_ claim: Claim?) {
        write(claim.map { UInt8(clamping: $0.utf8.count) } ?? StateHeader.Counts.noClaim)
        write(claim?.utf8 ?? [], paddedByteCount: Claim.maximumByteCount)
    }

    mutating func write(_ key: PublicKey) {
        for index in key.bytes.indices { write(key.bytes[index]) }
    }

    mutating func write(_ digest: SHA256Digest) {
        for index in digest.bytes.indices { write(digest.bytes[index]) }
    }

    mutating func write(scalarOf key: borrowing PrivateKey) {
        unsafe key.withScalar { scalar in
            unsafe UnsafeMutableRawBufferPointer(rebasing: memory[byteCount...]).copyMemory(from: scalar)
        }
        byteCount += PrivateKey.scalarByteCount
    }

    /// Writes the SHA-256 of everything written before.
    mutating func writeChecksum() throws(StateError) {
        let digest = try unsafe StateHeader.checksum(of: UnsafeRawBufferPointer(rebasing: memory[..<byteCount]))
        for index in 0..<StateHeader.checksumByteCount { write(digest[index]) }
    }
}

extension StateHeader {
    static func checksum(of bytes: UnsafeRawBufferPointer) throws(StateError) -> InlineArray<32, UInt8> {
        defer { cleanseStack() }
        do throws(CryptoError) {
            return try unsafe DigestContext.make().hash(bytes.bindMemory(to: UInt8.self).span)
        } catch { throw .crypto(error) }
    }
}

extension StateHeader.Counts {
    /// The length byte of a claim that is absent.
    static let noClaim: UInt8 = 255
}
