// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Sorts journalctl's lines into the unit's records, which are verified, and others that look alike.
struct ChainReader {
    let unit: String
    let frameUid: UInt32?
    private var verification: ChainVerification
    private var unnumberedCount = 0
    private var otherWriters: [ChainReport.OtherWriter: Int] = [:]

    /// The most other writers that are distinguished; further ones are counted as one.
    private static let maximumOtherWriters = 20

    init(unit: String, frameUid: UInt32?, head: ChainVerification.Head?, isWindow: Bool) {
        (self.unit, self.frameUid) = (unit, frameUid)
        verification = ChainVerification(head: head, isWindow: isWindow)
    }

    /// Takes a line.
    ///
    /// - Throws: `Failure` if the line is not a JSON object.
    mutating func take(_ line: Data) throws {
        guard let entry = try? JSONSerialization.jsonObject(with: line) as? [String: Any] else {
            throw Failure("journalctl wrote text that is not a record", status: .never)
        }
        let isRecord = entry.keys.contains { $0.hasPrefix("STAMPD_") }
        guard isRecord, entry["_TRANSPORT"] as? String == "journal" else { return }
        let (writerUnit, uid) = (entry["_SYSTEMD_UNIT"] as? String, entry["_UID"] as? String)
        let time = ChainEntry.readTime(entry)
        guard writerUnit == unit else { return takeOtherWriter(unit: writerUnit, uid: uid) }
        guard frameUid.map({ uid == "\($0)" }) ?? true else { return verification.takeUnnumbered(time: time) }
        if let record = ChainEntry(entry) { return verification.take(record) }
        if verification.recordCount == 0 { unnumberedCount += 1 }
        verification.takeUnnumbered(time: time)
    }

    private mutating func takeOtherWriter(unit: String?, uid: String?) {
        var otherWriter = ChainReport.OtherWriter(unit: unit.map(makeVisible), uid: uid.map(makeVisible))
        if otherWriters[otherWriter] == nil, otherWriters.count >= Self.maximumOtherWriters {
            otherWriter = ChainReport.OtherWriter(unit: nil, uid: nil)
        }
        otherWriters[otherWriter, default: 0] += 1
    }

    /// Ends the reading.
    ///
    /// - Parameter headReason: Why there was no head.
    /// - Returns: The report.
    consuming func finish(headReason: String?) -> ChainReport {
        let head = verification.finish()
        let counts = verification.counts
        let isHeadWrong = head == .differs || head == .missing
        return ChainReport(
            unit: unit,
            isWhole: counts.isEmpty && !isHeadWrong,
            records: verification.recordCount,
            chains: verification.chainCount,
            firstSequence: verification.sequences?.lowerBound,
            lastSequence: verification.sequences?.upperBound,
            isStartOpen: verification.isStartOpen,
            missing: counts[.missing] ?? 0,
            changed: counts[.changed] ?? 0,
            repeated: counts[.repeated] ?? 0,
            reordered: counts[.reordered] ?? 0,
            forged: counts[.forged] ?? 0,
            toldLost: verification.toldLostCount,
            unnumbered: unnumberedCount,
            head: head,
            headReason: headReason,
            findings: verification.findings,
            otherWriters: otherWriters.sorted { $0.value > $1.value }.map {
                ChainReport.OtherRecords(unit: $0.key.unit, uid: $0.key.uid, records: $0.value)
            }
        )
    }
}

/// Replaces anything but printable ASCII by question marks, and cuts after 128 characters.
private func makeVisible(_ text: String) -> String {
    String(text.unicodeScalars.prefix(128).map { (0x20...0x7e).contains($0.value) ? Character($0) : "?" })
}
