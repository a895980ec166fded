// SPDX-License-Identifier: Apache-2.0

/// A strict cursor over SSH's binary encoding (RFC 4251 §5). It reads public data only.
struct SSHReader {
    private let bytes: [UInt8]
    private var offset = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// - Throws: `.truncated`.
    mutating func raw(_ count: Int) throws(SSHSignatureError) -> [UInt8] {
        guard count <= bytes.count - offset else { throw .truncated }
        defer { offset += count }
        return Array(bytes[offset..<offset + count])
    }

    /// - Throws: `.truncated`.
    mutating func byte() throws(SSHSignatureError) -> UInt8 { try raw(1)[0] }

    /// Reads a big-endian uint32.
    ///
    /// - Throws: `.truncated`.
    mutating func uint32() throws(SSHSignatureError) -> UInt32 {
        try raw(4).reduce(0) { $0 << 8 | UInt32($1) }
    }

    /// Reads a string: a uint32 with the count of its bytes, and the bytes.
    ///
    /// - Throws: `.truncated`.
    mutating func string() throws(SSHSignatureError) -> [UInt8] { try raw(Int(try uint32())) }

    /// Reads an mpint greater than 0, and returns its bytes, big-endian in two's complement, as few as possible.
    ///
    /// - Throws: `.truncated`; `.signature` if it is 0, negative, longer than 33 bytes, or has superfluous bytes.
    mutating func positiveInteger() throws(SSHSignatureError) -> [UInt8] {
        let bytes = try string()
        guard (1...33).contains(bytes.count), bytes[0] & 0x80 == 0, bytes != [0] else { throw .signature }
        guard bytes[0] != 0 || bytes[1] & 0x80 != 0 else { throw .signature }
        return bytes
    }

    /// - Throws: `.trailingBytes`.
    func end() throws(SSHSignatureError) { guard offset == bytes.count else { throw .trailingBytes } }
}

extension [UInt8] {
    /// Appends a big-endian uint32.
    mutating func appendSSH(_ number: UInt32) {
        for shift: UInt32 in [24, 16, 8, 0] { append(UInt8(truncatingIfNeeded: number >> shift)) }
    }

    /// Appends a string: a uint32 with the count of its bytes, and the bytes.
    mutating func appendSSH(string bytes: some Collection<UInt8>) {
        appendSSH(UInt32(clamping: bytes.count))
        append(contentsOf: bytes)
    }
}
