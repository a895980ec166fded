// SPDX-License-Identifier: Apache-2.0
import Foundation

/// All memory of a frame's process that can be written, as root sees it in `/proc/PID/mem`: the secure heap among it.
struct FrameMemory {
    let pid: pid_t

    /// - Returns: The names of the forms that lie somewhere.
    /// - Throws: Where the memory is not to be had.
    func search(for forms: [KeyForm]) throws -> Set<String> {
        let file = open("/proc/\(pid)/mem", O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
        defer { close(file) }
        var found: Set<String> = []
        for range in try writableRanges() {
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

    private func writableRanges() throws -> [Range<Int>] {
        let text = try String(contentsOfFile: "/proc/\(pid)/maps", encoding: .utf8)
        return text.split(separator: "\n").compactMap { line in
            let fields = line.split(separator: " ")
            let ends = fields[0].split(separator: "-").compactMap { Int($0, radix: 16) }
            guard fields.count > 1, fields[1].hasPrefix("rw"), ends.count == 2 else { return nil }
            return ends[0]..<ends[1]
        }
    }
}

/// A private key as somebody might keep it.
struct KeyForm {
    let name: String
    let bytes: Data

    /// Raw by halves, of which one gives the key away: memory that malloc got back has lost its first bytes.
    static func all(of scalar: Data) -> [KeyForm] {
        let reversed = Data(scalar.reversed())
        let hexText = hex(scalar)
        // The last group of a base64 depends on what comes behind.
        let base64 = String(scalar.base64EncodedString().prefix(40))
        let texts = [
            ("hex", hexText), ("upper-case hex", hexText.uppercased()), ("base64", base64),
            ("base64url", String(base64URL(scalar).prefix(40))), ("reversed base64", reversed.base64EncodedString()),
        ]
        return [
            KeyForm(name: "big-endian, first half", bytes: scalar.prefix(16)),
            KeyForm(name: "big-endian, second half", bytes: scalar.suffix(16)),
            KeyForm(name: "little-endian, first half", bytes: reversed.prefix(16)),
            KeyForm(name: "little-endian, second half", bytes: reversed.suffix(16)),
        ] + texts.map { KeyForm(name: $0.0, bytes: Data($0.1.utf8)) }
    }
}
