// SPDX-License-Identifier: Apache-2.0
import SignerCore

@testable import stampd

/// Keeps what would have been written.
final class ListedAudit: AuditTrail {
    struct Record: Equatable {
        let kind: AuditKind
        let rule: String?
        let session: String?
        let uid: UInt32?
    }

    var records: [Record] = []
    /// The fields of each record, by name, without those that every record has.
    var fields: [[String: String]] = []
    let isOn = true
    let maximumPayloadByteCount = 65_536
    var admitsStamp = true
    /// Whether the journal takes what is handed over.
    var takesRecords = true
    let head = AuditHead(sequence: 0, chain: .start, lost: 0, waiting: 0)

    func handOver(_ kind: AuditKind, of call: CallContext, _ addFields: (inout AuditRecord) -> Void) -> Bool {
        if takesRecords { write(kind, of: call, addFields) }
        return takesRecords
    }

    func write(_ kind: AuditKind, of call: CallContext?, _ addFields: (inout AuditRecord) -> Void) {
        let fields = Self.fields(of: kind, addFields)
        self.fields.append(fields)
        records.append(
            Record(kind: kind, rule: nil, session: fields["STAMPD_SESSION"], uid: call?.peer.uid)
        )
    }

    func writeRefusal(of call: CallContext, rule: String, _ addFields: (inout AuditRecord) -> Void) {
        fields.append(Self.fields(of: .refusal, addFields))
        let session = call.session.map { "\($0)" }
        records.append(Record(kind: .refusal, rule: rule, session: session, uid: call.peer.uid))
    }

    private static func fields(
        of kind: AuditKind,
        _ addFields: (inout AuditRecord) -> Void
    ) -> [String: String] {
        var record = AuditRecord()
        record.start(kind)
        addFields(&record)
        var bytes: [UInt8] = []
        record.append(to: &bytes)
        var fields: [String: String] = [:]
        for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
            let parts = line.split(separator: "=", maxSplits: 1)
            if parts[0].hasPrefix("STAMPD_"), parts[0] != "STAMPD_EVENT" {
                fields[String(parts[0])] = String(parts[1])
            }
        }
        return fields
    }
}
