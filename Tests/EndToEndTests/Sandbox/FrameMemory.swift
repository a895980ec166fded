// SPDX-License-Identifier: Apache-2.0
import Foundation

/// All memory of a frame's process that can be written, as root sees it in `/proc/PID/mem`: the secure heap among it.
struct FrameMemory {
    let pid: pid_t

    enum Part {
        case all
        /// All but the secure heap: what is locked and left out of core dumps.
        case ordinary
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
            for form in forms where bytes.range(of: form.bytes) != nil { found.insert(form.name) }
        }
        return found
    }

    private func writableRanges(_ part: Part) throws -> [Range<Int>] {
        // In pieces: String(contentsOfFile:) takes the first page of such a file for the whole.
        let file = try FileHandle(forReadingFrom: URL(filePath: "/proc/\(pid)/smaps"))
        let text = String(decoding: try file.readToEnd() ?? Data(), as: UTF8.self)
        var ranges: [(range: Range<Int>, isSecure: Bool)] = []
        for line in text.split(separator: "\n") {
            let fields = line.split(separator: " ")
            let ends = fields[0].split(separator: "-").compactMap { Int($0, radix: 16) }
            if fields.count > 1, ends.count == 2 {
                let isWritable = fields[1].hasPrefix("rw")
                ranges.append((isWritable ? ends[0]..<ends[1] : ends[0]..<ends[0], false))
            } else if fields[0] == "VmFlags:", let last = ranges.indices.last {
                ranges[last].isSecure = fields.contains("lo") && fields.contains("dd")
            }
        }
        return ranges.filter { !$0.range.isEmpty && !(part == .ordinary && $0.isSecure) }.map(\.range)
    }
}

/// A private key as somebody might keep it.
struct KeyForm {
    let name: String
    let bytes: Data

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
