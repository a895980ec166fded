// SPDX-License-Identifier: Apache-2.0
import CMemorySearch
import Crypto
import Foundation

/// All memory of a frame's process that can be written, as root sees it in `/proc/PID/mem`: the secure heap among it.
struct FrameMemory {
    let pid: pid_t

    enum Part {
        case all
        /// All but the secure heap: what is locked and left out of core dumps.
        case ordinary
        case secure
    }

    /// - Returns: The names of the forms that lie somewhere.
    /// - Throws: Where the memory is not to be had.
    func search(for forms: [KeyForm], in part: Part = .all) throws -> Set<String> {
        let file = open("/proc/\(pid)/mem", O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
        defer { close(file) }
        var found: Set<String> = []
        for range in try writableRanges(part) {
            var bytes = Data(count: range.count)
            let count = bytes.withUnsafeMutableBytes {
                pread(file, $0.baseAddress, range.count, off_t(range.lowerBound))
            }
            // What cannot be read whole is looked through as far as it can.
            guard count > 0 else { continue }
            bytes.removeLast(bytes.count - count)
            for form in forms where form.lies(in: bytes) { found.insert(form.name) }
        }
        return found
    }

    /// The scalar of a public key (66 hex digits) that was made inside; big-endian. Nil where it is not in the secure heap.
    func findScalar(of publicKey: String) throws -> Data? {
        let file = open("/proc/\(pid)/mem", O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
        defer { close(file) }
        for range in try writableRanges(.secure) {
            var bytes = [UInt8](repeating: 0, count: range.count)
            guard pread(file, &bytes, range.count, off_t(range.lowerBound)) == range.count else { continue }
            // What libcrypto allocates lies at multiples of eight.
            for start in stride(from: 0, through: bytes.count - 32, by: 8) {
                let window = bytes[start..<start + 32]
                // Few of the heap's bytes are anything else than zero.
                guard window.reduce(into: Set<UInt8>(), { $0.insert($1) }).count > 16 else { continue }
                for candidate in [Data(window), Data(window.reversed())] {
                    guard let key = try? P256.Signing.PrivateKey(rawRepresentation: candidate) else { continue }
                    if hex(key.publicKey.compressedRepresentation) == publicKey { return candidate }
                }
            }
        }
        return nil
    }

    /// The text of smaps, proc_pid_smaps(5).
    var maps: String {
        get throws {
            // In pieces: String(contentsOfFile:) takes the first page of such a file for the whole.
            let file = try FileHandle(forReadingFrom: URL(filePath: "/proc/\(pid)/smaps"))
            return String(decoding: try file.readToEnd() ?? Data(), as: UTF8.self)
        }
    }

    private func writableRanges(_ part: Part) throws -> [Range<Int>] {
        var ranges: [(range: Range<Int>, isSecure: Bool)] = []
        for line in try maps.split(separator: "\n") {
            let fields = line.split(separator: " ")
            let ends = fields[0].split(separator: "-").compactMap { Int($0, radix: 16) }
            if fields.count > 1, ends.count == 2 {
                let isWritable = fields[1].hasPrefix("rw")
                ranges.append((isWritable ? ends[0]..<ends[1] : ends[0]..<ends[0], false))
            } else if fields[0] == "VmFlags:", let last = ranges.indices.last {
                ranges[last].isSecure = fields.contains("lo") && fields.contains("dd")
            }
        }
        return ranges.filter { !$0.range.isEmpty && (part == .all || $0.isSecure == (part == .secure)) }.map(\.range)
    }
}

/// A private key as somebody might keep it.
struct KeyForm {
    let name: String
    let bytes: Data

    /// Not Data's own search, which takes minutes for a large process's memory.
    func lies(in other: Data) -> Bool {
        other.withUnsafeBytes { all in
            bytes.withUnsafeBytes { CMemorySearchContains(all.baseAddress, all.count, $0.baseAddress, $0.count) != 0 }
        }
    }

    /// Raw by each eight bytes of it: memory that malloc got back has lost its first ones.
    static func all(of scalar: Data) -> [KeyForm] {
        let reversed = Data(scalar.reversed())
        let hexText = hex(scalar)
        // The last group of a base64 depends on what comes behind.
        let base64 = String(scalar.base64EncodedString().prefix(40))
        let texts = [
            ("hex", hexText), ("upper-case hex", hexText.uppercased()), ("base64", base64),
            ("base64url", String(base64URL(scalar).prefix(40))), ("reversed base64", reversed.base64EncodedString()),
        ]
        let fragments = [("big-endian", scalar), ("little-endian", reversed)].flatMap { order, bytes in
            (0...bytes.count - 8).map { start in
                KeyForm(name: "\(order) from byte \(start)", bytes: Data(Array(bytes)[start..<start + 8]))
            }
        }
        return fragments + texts.map { KeyForm(name: $0.0, bytes: Data($0.1.utf8)) }
    }
}
