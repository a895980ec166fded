// SPDX-License-Identifier: Apache-2.0
import CMemorySearch
import Foundation
import Glibc

/// Searches all of this process's memory, through `/proc/self/mem`: heaps, stacks of every thread, the secure heap.
final class ProcessMemory {
    struct Flaw: Error { let what: String }

    /// One line of `/proc/self/maps`.
    struct Region {
        let range: Range<UInt>
        let isReadable: Bool
        let isWritable: Bool
        let path: String

        init?(_ line: Substring) {
            let fields = line.split(separator: " ", maxSplits: 5, omittingEmptySubsequences: true)
            guard fields.count >= 5 else { return nil }
            let ends = fields[0].split(separator: "-").compactMap { UInt($0, radix: 16) }
            guard ends.count == 2 else { return nil }
            range = ends[0]..<ends[1]
            isReadable = fields[1].hasPrefix("r")
            isWritable = fields[1].dropFirst().hasPrefix("w")
            path = fields.count > 5 ? fields[5].trimmingCharacters(in: .whitespaces) : ""
        }

        /// Code and constants of a file were never written to; the kernel's own pages cannot be read.
        var mayHoldSecrets: Bool {
            isReadable && !path.hasPrefix("[vvar") && path != "[vsyscall]" && (isWritable || !path.hasPrefix("/"))
        }
    }

    /// Where a needle was found.
    struct Find: CustomStringConvertible {
        let needle: String
        let address: UInt
        let region: Region

        var description: String {
            "\(needle) at 0x\(String(address, radix: 16)), \(region.path.isEmpty ? "anonymous" : region.path)"
        }
    }

    private let file: CInt
    /// Pieces of memory are copied to here, which itself is not searched, and wiped.
    private let piece: UnsafeMutableRawBufferPointer
    private static let pieceByteCount = 4 << 20
    private(set) var searchedByteCount = 0

    init() throws {
        file = open("/proc/self/mem", O_RDONLY | O_CLOEXEC)
        let base = mmap(nil, Self.pieceByteCount, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        guard file >= 0, let base, base != MAP_FAILED else { throw Flaw(what: "/proc/self/mem: errno \(errno)") }
        piece = UnsafeMutableRawBufferPointer(start: base, count: Self.pieceByteCount)
    }

    deinit {
        close(file)
        munmap(piece.baseAddress, piece.count)
    }

    static func regions() throws -> [Region] {
        try text(of: "/proc/self/maps").split(separator: "\n").compactMap(Region.init)
    }

    /// False under AddressSanitizer and ThreadSanitizer, whose shadows map terabytes.
    static let isSearchable = ((try? regions()) ?? []).filter(\.mayHoldSecrets).allSatisfy { $0.range.count < 1 << 36 }

    /// A file of `/proc`, which comes in pieces.
    static func text(of path: String) throws -> String {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw Flaw(what: "\(path): errno \(errno)") }
        defer { close(file) }
        var text: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 1 << 16)
        while case let count = read(file, &piece, piece.count), count > 0 { text += piece[..<count] }
        return String(decoding: text, as: UTF8.self)
    }

    /// The region in which an address lies.
    static func region(of address: UnsafeRawPointer?) throws -> Region {
        let address = UInt(bitPattern: address)
        guard let region = try regions().first(where: { $0.range.contains(address) }) else {
            throw Flaw(what: "no region")
        }
        return region
    }

    /// Every place where one of the needles lies.
    func search(for needles: [Needle]) throws -> [Find] {
        let index = NeedleIndex(needles)
        searchedByteCount = 0
        defer { piece.initializeMemory(as: UInt8.self, repeating: 0) }
        return try Self.regions().filter(\.mayHoldSecrets).flatMap { region in
            pieces(of: region.range).flatMap { search($0, of: region, for: index) }
        }
    }

    /// Overlapping, so that no needle is cut in two, and without the piece itself.
    private func pieces(of range: Range<UInt>) -> [Range<UInt>] {
        let own = UInt(bitPattern: piece.baseAddress)..<UInt(bitPattern: piece.baseAddress) + UInt(piece.count)
        let rest =
            range.overlaps(own)
            ? [
                range.lowerBound..<max(range.lowerBound, own.lowerBound),
                min(range.upperBound, own.upperBound)..<range.upperBound,
            ] : [range]
        return rest.flatMap { part in
            stride(from: part.lowerBound, to: part.upperBound, by: Self.pieceByteCount - 256).map { start in
                start..<min(start + UInt(Self.pieceByteCount), part.upperBound)
            }
        }
    }

    private func search(_ range: Range<UInt>, of region: Region, for index: NeedleIndex) -> [Find] {
        let count = pread(file, piece.baseAddress, range.count, off_t(range.lowerBound))
        guard count > 0 else { return [] }  // another thread has given it back meanwhile
        searchedByteCount += count
        let bytes = UnsafeRawBufferPointer(rebasing: piece[..<count])
        return index.search(bytes).map { needle, offset in
            Find(needle: needle, address: range.lowerBound + UInt(offset), region: region)
        }
    }
}
