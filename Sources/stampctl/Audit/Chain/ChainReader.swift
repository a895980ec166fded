// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Sorts journalctl's lines into the unit's records, which are checked, and those that look alike.
struct ChainReader {
    let unit: String
    let frameUid: UInt32?
    private var verification: ChainVerification
    private var unnumberedCount = 0
    private var strangers: [ChainReport.Stranger: Int] = [:]

    /// Told apart; further ones are one.
    private static let maximumStrangers = 20

    init(unit: String, frameUid: UInt32?, head: ChainVerification.Head?, isWindow: Bool) {
        (self.unit, self.frameUid) = (unit, frameUid)
        verification = ChainVerification(head: head, isWindow: isWindow)
    }

    /// - Throws: `Failure` where the line is not a JSON object.
    mutating func take(_ line: Data) throws {
        guard let entry = try? JSONSerialization.jsonObject(with: line) as? [String: Any] else {
            throw Failure("journalctl wrote what is not a record", status: .never)
        }
        let isRecord = entry.keys.contains { $0.hasPrefix("STAMPD_") }
        guard isRecord, entry["_TRANSPORT"] as? String == "journal" else { return }
        let (writerUnit, uid) = (entry["_SYSTEMD_UNIT"] as? String, entry["_UID"] as? String)
        let time = ChainEntry.readTime(entry)
        guard writerUnit == unit else { return takeStranger(unit: writerUnit, uid: uid) }
        guard frameUid.map({ uid == "\($0)" }) ?? true else { return verification.takeUnnumbered(time: time) }
        if let record = ChainEntry(entry) { return verification.take(record) }
        if verification.recordCount == 0 { unnumberedCount += 1 }
        verification.takeUnnumbered(time: time)
    }

    private mutating func takeStranger(unit: String?, uid: String?) {
        var stranger = ChainReport.Stranger(unit: unit.map(makeVisible), uid: uid.map(makeVisible))
        if strangers[stranger] == nil, strangers.count >= Self.maximumStrangers {
            stranger = ChainReport.Stranger(unit: nil, uid: nil)
        }
        strangers[stranger, default: 0] += 1
    }

    /// - Parameter headReason: Why there was no head.
    /// - Returns: What was found.
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
            strangers: strangers.sorted { $0.value > $1.value }.map {
                ChainReport.Strangers(unit: $0.key.unit, uid: $0.key.uid, records: $0.value)
            }
        )
    }
}

/// Printable ASCII, 128 characters at most; anything else is a question mark.
private func makeVisible(_ text: String) -> String {
    String(text.unicodeScalars.prefix(128).map { (0x20...0x7e).contains($0.value) ? Character($0) : "?" })
}
