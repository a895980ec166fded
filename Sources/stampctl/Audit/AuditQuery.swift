// SPDX-License-Identifier: Apache-2.0
import Foundation
import StampClient

/// The records that are asked for: fields with the values that they must have.
///
/// The unit's name is always among the fields. journald itself writes it beside each record, so no other program's
/// records match, whatever their MESSAGE_ID.
struct AuditQuery {
    /// The fields by name, each with its value.
    private(set) var fields: [(name: String, value: String)]
    var since: String?
    var until: String?
    var follows = false
    /// Whether records that look alike, from any program, are read with the unit's.
    var includesOtherWriters = false

    /// Creates a query.
    ///
    /// - Parameters:
    ///   - unit: The frame's unit, such as `stampd.service`.
    ///   - frameUid: The frame's own user, if only its records are asked for.
    init(unit: String, frameUid: UInt32?) {
        fields = [("_SYSTEMD_UNIT", unit), ("_TRANSPORT", "journal")]
        if let frameUid { fields.append(("_UID", "\(frameUid)")) }
    }

    mutating func require(_ name: String, _ value: String?) {
        if let value { fields.append((name, value)) }
    }

    /// The arguments of journalctl.
    var arguments: [String] {
        var arguments = ["--output=json", "--all", "--no-pager", "--quiet"]
        if let since { arguments.append("--since=\(since)") }
        if let until { arguments.append("--until=\(until)") }
        if follows { arguments += ["--follow", since == nil ? "--lines=0" : "--no-tail"] }
        let otherWriters = includesOtherWriters ? ["+", "_TRANSPORT=journal", "SYSLOG_IDENTIFIER=stampd"] : []
        return arguments + fields.map { "\($0.name)=\($0.value)" } + otherWriters
    }

    /// Reads the record in one line of journalctl; nil for a record that was not asked for, or is not a frame's.
    ///
    /// - Throws: `Failure` if the line is not a JSON object.
    func read(_ line: Data) throws -> AuditRecord? {
        guard let entry = try? StrictJSON.decode([String: Field].self, from: line) else {
            throw Failure("journalctl wrote text that is not a record", status: .never)
        }
        func text(_ name: String) -> String? { entry[name]?.text }
        let isForeign = entry.contains { $0.key.hasPrefix("STAMPD_") && $0.value.text == nil }
        guard !isForeign, fields.allSatisfy({ text($0.name) == $0.value }) else { return nil }
        return AuditRecord(text)
    }

    /// A field as journalctl writes it. One that occurs twice, or is not text, is an array there; a frame writes
    /// neither.
    private struct Field: Decodable {
        let text: String?

        init(from decoder: any Decoder) throws {
            text = try? decoder.singleValueContainer().decode(String.self)
        }
    }
}
