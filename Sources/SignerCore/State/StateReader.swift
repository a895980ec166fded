// SPDX-License-Identifier: Apache-2.0

/// Reads the state's fields in order. A scalar is copied from the memory into the secure heap and nowhere else.
@safe struct StateReader: ~Copyable {
    private let memory: UnsafeRawBufferPointer
    private var offset: Int

    /// Starts at `offset`; `memory` must hold all that will be read.
    init(_ memory: UnsafeRawBufferPointer, from offset: Int = 0) {
        unsafe self.memory = memory
        self.offset = offset
    }

    mutating func integer<Value: FixedWidthInteger & BitwiseCopyable>(_: Value.Type = Value.self) -> Value {
        defer { offset += MemoryLayout<Value>.size }
        return unsafe Value(littleEndian: memory.loadUnaligned(fromByteOffset: offset, as: Value.self))
    }

    mutating func count() -> Int { Int(integer(UInt16.self)) }

    mutating func flag() throws(StateError) -> Bool {
        switch integer(UInt8.self) {
        case 0: return false
        case 1: return true
        default: throw .field
        }
    }

    mutating func moment() -> BootInstant { BootInstant(nanoseconds: integer()) }

    /// Reads bytes that are not secret.
    mutating func bytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in integer() } }

    mutating func digest() -> SHA256Digest { SHA256Digest(InlineArray { _ in integer() }) }

    mutating func name() throws(StateError) -> SessionName {
        let padded = bytes(SessionName.maximumByteCount)
        let text = Array(padded.prefix { $0 != 0 })
        guard padded[text.count...].allSatisfy({ $0 == 0 }), let name = SessionName(text.span) else { throw .name }
        return name
    }

    mutating func claim() throws(StateError) -> Claim? {
        let length = integer(UInt8.self)
        let padded = bytes(Claim.maximumByteCount)
        let count = length == StateHeader.Counts.noClaim ? 0 : Int(length)
        guard count <= padded.count, padded[count...].allSatisfy({ $0 == 0 }) else { throw .claim }
        guard length != StateHeader.Counts.noClaim else { return nil }
        guard let claim = Claim(padded.span.extracting(first: count)) else { throw .claim }
        return claim
    }

    mutating func publicKey() throws(StateError) -> PublicKey {
        let bytes = bytes(PublicKey.compressedByteCount)
        guard bytes[0] == 2 || bytes[0] == 3 else { throw .key }
        return unsafe bytes.withUnsafeBytes { unsafe PublicKey(compressed: $0) }
    }

    /// Reads a scalar and the point behind it, and checks that they belong together.
    mutating func key() throws(StateError) -> PrivateKey {
        let key: PrivateKey?
        do throws(CryptoError) {
            var scalar = try Secret(byteCount: PrivateKey.scalarByteCount)
            unsafe scalar.withMutableBytes { bytes in
                unsafe bytes.copyMemory(from: UnsafeRawBufferPointer(rebasing: memory[offset..<offset + bytes.count]))
            }
            key = try PrivateKey.make(scalar: scalar)
        } catch { throw .crypto(error) }
        offset += PrivateKey.scalarByteCount
        let publicKey = try publicKey()
        guard let key, key.publicKey == publicKey else { throw .key }
        return key
    }
}
