// SPDX-License-Identifier: Apache-2.0
import Crypto
import SignerCore

/// Memory that a frame's state or its audit's head is kept in, zeros at first.
final class KeptMemory {
    let bytes: UnsafeMutableRawBufferPointer

    init(byteCount: Int) {
        bytes = .allocate(byteCount: byteCount, alignment: 8)
        bytes.initializeMemory(as: UInt8.self, repeating: 0)
    }

    deinit { bytes.deallocate() }

    var copy: [UInt8] { Array(bytes) }

    func half(_ half: Int) -> UnsafeMutableRawBufferPointer {
        UnsafeMutableRawBufferPointer(rebasing: bytes[half * (bytes.count / 2)..<(half + 1) * (bytes.count / 2)])
    }

    func put(_ content: some Collection<UInt8>, inHalf half: Int) { self.half(half).copyBytes(from: content) }

    func isZero(half: Int) -> Bool { self.half(half).allSatisfy { $0 == 0 } }

    /// FNV-1a of the 72 bytes at `place`, behind them.
    func setAuditSum(at place: Int) {
        let sum = bytes[place..<place + 72].reduce(UInt64(0xcbf2_9ce4_8422_2325)) {
            ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01b3
        }
        bytes.storeBytes(of: sum.littleEndian, toByteOffset: place + 72, as: UInt64.self)
    }
}

/// A frame's state as bytes: header (60, or 64 where it knows of cards), embedded key (73), credentials (65 each), sessions
/// (333), pending keys (73), remembered deadlines (41), expired names (64), approvers (33), the card that waits (129), the
/// one that was answered (32), SHA-256 (32).
struct StateBytes {
    private(set) var bytes: [UInt8]

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var bootId: [UInt8] { (24..<40).map { self[$0] } }

    var written: BootInstant {
        BootInstant(nanoseconds: Int64(bitPattern: (0..<8).reduce(0) { $0 | UInt64(self[40 + $1]) << UInt64(8 * $1) }))
    }

    /// As long as its counts say, which it then says itself, with the sum behind it.
    mutating func seal() {
        guard bytes.count >= 60, byteCount <= StateSlots.byteCount / 2 else { return }
        bytes = (0..<(byteCount - 32)).map { self[$0] }
        for index in 0..<4 { bytes[12 + index] = UInt8(truncatingIfNeeded: byteCount >> (8 * index)) }
        bytes += Array(SHA256.hash(data: bytes))
    }

    /// Behind each scalar its point.
    mutating func setPoints() {
        guard bytes.count >= 60 else { return }
        let first = headerByteCount + embeddedKeyCount * 73
        let starts = (embeddedKeyCount == 1 ? [headerByteCount] : []) + (0..<min(count(0), 129)).map { first + $0 * 65 }
        for start in starts where start + 65 <= bytes.count {
            let key = try? P256.Signing.PrivateKey(rawRepresentation: bytes[start..<start + 32])
            guard let point = key?.publicKey.compressedRepresentation else { continue }
            bytes.replaceSubrange(start + 32..<start + 65, with: point)
        }
    }

    /// A state without what is behind it.
    static func cut(_ memory: UnsafeMutableRawBufferPointer) -> [UInt8] {
        Array(memory.prefix(StateBytes(Array(memory.prefix(64))).byteCount))
    }

    private var byteCount: Int {
        let sizes = [65, 333, 73, 41, 64]
        return headerByteCount + embeddedKeyCount * 73 + sizes.indices.reduce(0) { $0 + count($1) * sizes[$1] }
            + cardsByteCount + 32
    }

    private var headerByteCount: Int { knowsCards ? 64 : 60 }
    private var knowsCards: Bool { self[8] == 2 }

    private var cardsByteCount: Int {
        guard knowsCards else { return 0 }
        let approvers = Int(self[60]) | Int(self[61]) << 8
        return approvers * 33 + (self[62] == 1 ? 129 : 0) + (self[63] == 1 ? 32 : 0)
    }

    private var embeddedKeyCount: Int { self[59] == 1 ? 1 : 0 }

    private func count(_ kind: Int) -> Int { Int(self[48 + 2 * kind]) | Int(self[49 + 2 * kind]) << 8 }

    /// Zero behind the end.
    private subscript(index: Int) -> UInt8 { index < bytes.count ? bytes[index] : 0 }
}
