// SPDX-License-Identifier: Apache-2.0
import CMemorySearch

/// Needles by their first eight bytes: memory is gone through once, however many they are.
struct NeedleIndex {
    private let byStart: [UInt64: [Needle]]
    private let table: [UInt64]
    private let bits: UInt32

    /// - Precondition: no needle is shorter than eight bytes, nor begins with eight times 0xff.
    init(_ needles: [Needle]) {
        byStart = Dictionary(grouping: needles) { Self.complement($0.complement[..<8]) }
        bits = UInt32((16 * byStart.count + 1).bitWidth - (16 * byStart.count + 1).leadingZeroBitCount)
        table = byStart.keys.reduce(into: [UInt64](repeating: 0, count: 1 << bits)) { [bits] table, key in
            precondition(key != 0)
            var place = CMemorySearchPlace(key, bits)
            while table[place] != 0 { place = (place + 1) % table.count }
            table[place] = key
        }
    }

    private static func complement(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }.littleEndian
    }

    /// Every needle that lies in `bytes`, with its offset.
    func search(_ bytes: UnsafeRawBufferPointer) -> [(needle: String, offset: Int)] {
        guard let base = bytes.bindMemory(to: UInt8.self).baseAddress else { return [] }
        var finds: [(needle: String, offset: Int)] = []
        var from = 0
        while true {
            let offset = CMemorySearchNext(base, bytes.count, from, table, bits)
            guard offset < bytes.count else { return finds }
            let start = ~bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            for needle in byStart[start] ?? [] where needle.lies(at: offset, in: bytes) {
                finds.append((needle.name, offset))
            }
            from = offset + 1
        }
    }
}

extension Needle {
    fileprivate func lies(at start: Int, in bytes: UnsafeRawBufferPointer) -> Bool {
        guard start + complement.count <= bytes.count else { return false }
        for index in complement.indices where bytes[start + index] != ~complement[index] { return false }
        return true
    }
}
