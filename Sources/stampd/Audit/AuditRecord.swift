// SPDX-License-Identifier: Apache-2.0
import SignerCore

/// One record in the journal's native protocol: a line `NAME=value` for each field, in the order of the names.
///
/// Every value is printable ASCII, or replaced by `invalid`, so that no value can begin another field, and the
/// protocol's binary form is never needed. The memory is reused for the next record.
struct AuditRecord {
    /// A field, and the range of its line in `bytes`.
    private struct Line {
        let field: AuditField
        let range: Range<Int>
    }

    /// The lines in the order in which they were added.
    private var bytes: [UInt8] = []
    /// The lines by name, since the chain's verification gets the fields in the journal's own order.
    private var lines: [Line] = []

    /// The longest value, in bytes. A longer one is replaced by `invalid`.
    static let maximumValueByteCount = 512

    mutating func start(_ kind: AuditKind) {
        bytes.removeAll(keepingCapacity: true)
        lines.removeAll(keepingCapacity: true)
        add(.messageId, kind.messageId)
        add(.priority, Int64(kind.severity.rawValue))
        add(.syslogIdentifier, "stampd")
        add(.event, kind.rawValue)
    }

    mutating func add(_ field: AuditField, _ text: String) {
        add(field) { bytes in bytes.append(contentsOf: text.utf8) }
    }

    mutating func add(_ field: AuditField, _ number: Int64) {
        add(field) { bytes in bytes.append(decimal: number) }
    }

    mutating func add(_ field: AuditField, _ name: SessionName?) {
        guard let name else { return }
        add(field) { bytes in name.append(to: &bytes) }
    }

    mutating func add(_ field: AuditField, _ key: PublicKey) {
        add(field) { bytes in key.appendHex(to: &bytes) }
    }

    /// Adds a claim, unless it is empty, since a field must not be.
    mutating func add(_ field: AuditField, _ claim: Claim?) {
        guard let claim, !claim.utf8.isEmpty else { return }
        add(field) { bytes in bytes.append(contentsOf: claim.utf8) }
    }

    /// Adds a value that `write` appends.
    mutating func add(_ field: AuditField, _ write: (inout [UInt8]) -> Void) {
        let lineStart = bytes.count
        bytes.append(contentsOf: field.rawValue.utf8)
        bytes.append(UInt8(ascii: "="))
        let start = bytes.count
        write(&bytes)
        if !isPrintable(from: start) {
            bytes.removeSubrange(start...)
            bytes.append(contentsOf: "invalid".utf8)
        }
        bytes.append(UInt8(ascii: "\n"))
        let place = lines.lastIndex { $0.field.rawValue < field.rawValue }.map { $0 + 1 } ?? 0
        lines.insert(Line(field: field, range: lineStart..<bytes.count), at: place)
    }

    /// Appends the lines in the order of their names.
    func append(to record: inout [UInt8]) { for line in lines { record += bytes[line.range] } }

    private func isPrintable(from start: Int) -> Bool {
        guard (1...Self.maximumValueByteCount).contains(bytes.count - start) else { return false }
        let value = bytes.span.extracting(start...)
        for index in value.indices where value[index] &- 0x20 > 0x5e { return false }
        return true
    }
}

extension [UInt8] {
    /// Appends decimal digits, without allocating anything but growth.
    mutating func append(decimal number: Int64) {
        if number < 0 { append(UInt8(ascii: "-")) }
        let start = count
        var rest = number.magnitude
        repeat {
            append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10))
            rest /= 10
        } while rest > 0
        self[start...].reverse()
    }
}
