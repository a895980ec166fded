// SPDX-License-Identifier: Apache-2.0

/// The findings of an audit's verification.
struct ChainReport: Renderable {
    /// Another writer of records with a frame's fields: another frame, or a forger.
    struct OtherWriter: Encodable, Hashable {
        let unit: String?
        let uid: String?
    }

    struct OtherRecords: Encodable {
        let unit: String?
        let uid: String?
        let records: Int
    }

    let unit: String
    let isWhole: Bool
    let records: Int
    let chains: Int
    let firstSequence: Int?
    let lastSequence: Int?
    /// Whether the first record read is chained to one that was not read.
    let isStartOpen: Bool
    let missing: Int
    let changed: Int
    let repeated: Int
    let reordered: Int
    let forged: Int
    /// How many records the frame itself reported lost.
    let toldLost: Int
    /// How many records come from a stampd that did not number them.
    let unnumbered: Int
    let head: ChainVerification.HeadResult
    /// Why the head is unknown.
    let headReason: String?
    let findings: [ChainVerification.Finding]
    let otherWriters: [OtherRecords]

    /// 0 if every record is there as it was written. A record that differs weighs more than one that is missing.
    var status: ExitStatus? {
        if changed + repeated + reordered + forged > 0 || head == .differs { return .recordsChanged }
        return missing > 0 || head == .missing ? .recordsMissing : nil
    }

    var lines: [String] {
        let numbers = firstSequence.flatMap { first in lastSequence.map { "\(first) to \($0)" } }
        let table = makeTable([
            ("unit", unit), ("records", "\(records)"), ("chains", "\(chains)"), ("numbers", numbers),
            ("missing", "\(missing)"), ("changed", "\(changed)"), ("repeated", "\(repeated)"),
            ("reordered", "\(reordered)"), ("forged", "\(forged)"), ("told lost", toldLost > 0 ? "\(toldLost)" : nil),
            ("unnumbered", unnumbered > 0 ? "\(unnumbered)" : nil), ("head", headText),
        ])
        return table + findings.map(\.line) + notes
    }

    private var headText: String {
        switch head {
        case .matches: "the frame's last record is the journal's"
        case .differs: "the frame's record of that number is ANOTHER than the journal's"
        case .missing: "the frame's last record is not in the journal"
        case .unknown: "not compared: \(headReason ?? "no record was read")"
        }
    }

    private var notes: [String] {
        var notes: [String] = []
        if isStartOpen { notes.append("the first record is chained to one that was not read: it is taken as it is") }
        for otherWriter in otherWriters {
            let who = "unit \(otherWriter.unit ?? "unknown"), uid \(otherWriter.uid ?? "unknown")"
            notes.append("not this frame's: \(otherWriter.records) records that look alike, by \(who)")
        }
        return notes + [isWhole ? "whole" : "NOT whole"]
    }
}

extension ChainVerification.Finding {
    fileprivate var line: String {
        let last = sequence.map { $0 + count - 1 }
        let numbers = sequence.map { count == 1 ? "number \($0)" : "numbers \($0) to \(last ?? $0)" } ?? "no number"
        let moment = time.map { flaw == .missing ? ", before \($0)" : ", \($0)" } ?? ""
        return "\(flaw.rawValue): \(count) \(count == 1 ? "record" : "records"), \(numbers)\(moment)"
    }
}
