// SPDX-License-Identifier: Apache-2.0
import Foundation
import Glibc

/// Counts where a text lies in this process's memory. The text itself is held masked, and unmasked only in a place that
/// is not searched.
struct MemorySearch {
    static let mask: UInt8 = 0x5A
    private static let pieceByteCount = 1 << 20

    /// How often the text of these masked bytes is found in memory that may be written.
    static func count(_ masked: [UInt8]) throws -> Int {
        let size = pieceByteCount + 4096
        guard let base = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
            base != MAP_FAILED
        else { throw POSIXError(.ENOMEM) }
        defer { munmap(base, size) }
        let needle = base + pieceByteCount
        for (index, byte) in masked.enumerated() {
            needle.storeBytes(of: byte ^ mask, toByteOffset: index, as: UInt8.self)
        }
        let file = open("/proc/self/mem", O_RDONLY | O_CLOEXEC)
        defer { close(file) }
        var found = 0
        let own = UInt(bitPattern: base)..<UInt(bitPattern: base) + UInt(size)
        for region in regions().flatMap({ cut(own, out: $0) }) {
            // Pieces overlap by the needle less a byte, so that none is found twice.
            for start in stride(from: region.lowerBound, to: region.upperBound, by: pieceByteCount - masked.count + 1) {
                let count = pread(file, base, min(pieceByteCount, Int(region.upperBound - start)), Int(start))
                if count > 0 { found += occurrences(of: needle, masked.count, in: base, count) }
            }
        }
        return found
    }

    private static func occurrences(
        of needle: UnsafeRawPointer,
        _ length: Int,
        in base: UnsafeMutableRawPointer,
        _ count: Int
    ) -> Int {
        var (found, at) = (0, 0)
        let first = CInt(needle.load(as: UInt8.self))
        while at + length <= count, let hit = memchr(base + at, first, count - at - length + 1) {
            if memcmp(hit, needle, length) == 0 { found += 1 }
            at = hit - base + 1
        }
        return found
    }

    /// What is left of a region, whose neighbours the kernel may have joined to it.
    private static func cut(_ own: Range<UInt>, out region: Range<UInt>) -> [Range<UInt>] {
        guard region.overlaps(own) else { return [region] }
        return [region.lowerBound..<own.lowerBound, own.upperBound..<region.upperBound].filter { !$0.isEmpty }
    }

    private static func regions() -> [Range<UInt>] {
        // It comes in pieces, and its size is said to be 0.
        let file = open("/proc/self/maps", O_RDONLY | O_CLOEXEC)
        defer { close(file) }
        var maps: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 1 << 16)
        while case let count = read(file, &piece, piece.count), count > 0 { maps += piece[..<count] }
        return String(decoding: maps, as: UTF8.self).split(separator: "\n").compactMap { line in
            let fields = line.split(separator: " ")
            let ends = fields[0].split(separator: "-").compactMap { UInt($0, radix: 16) }
            return ends.count == 2 && fields[1].hasPrefix("rw") ? ends[0]..<ends[1] : nil
        }
    }
}
