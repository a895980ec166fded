// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation
import Testing

@testable import stampctl

@Suite("the check of an audit's chain")
struct ChainVerificationTests {
    typealias Entry = [String: Any]
    // Testing has one as well.
    typealias ExitStatus = stampctl.ExitStatus

    /// A frame's records, chained as the reference says.
    struct Frame {
        private(set) var entries: [Entry] = []
        private var value = Data(count: 32)
        private var sequence = 0
        var pid = 100

        init(_ count: Int, pid: Int = 100) {
            self.pid = pid
            write("auditStarted", ["STAMPD_FRAME_ID": "\(pid)"])
            for number in 1..<count { write("stamp", ["STAMPD_MICROSECONDS": "\(number)"]) }
        }

        mutating func write(_ event: String, _ fields: [String: String] = [:]) {
            sequence += 1
            let hashed = [
                "MESSAGE": "said", "MESSAGE_ID": "81a65bc292b44acfa1f6d410e5117e3d", "PRIORITY": "6",
                "STAMPD_EVENT": event, "STAMPD_SEQUENCE": "\(sequence)", "SYSLOG_IDENTIFIER": "stampd",
            ].merging(fields) { $1 }
            let lines = hashed.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)\n" }.joined()
            value = Data(SHA256.hash(data: value + Data(lines.utf8)))
            entries.append(
                hashed.merging([
                    "STAMPD_CHAIN": hex(value), "_SYSTEMD_UNIT": "stampd.service", "_TRANSPORT": "journal",
                    "_UID": "990", "_PID": "\(pid)", "_BOOT_ID": "b", "__REALTIME_TIMESTAMP": "1700000000123456",
                    "SITE": "added by LogExtraFields=",
                ]) { $1 }
            )
        }

        /// Records that no journal got.
        mutating func lose(_ count: Int) {
            for _ in 0..<count {
                write("stamp")
                entries.removeLast()
            }
        }

        var head: ChainVerification.Head { ChainVerification.Head(sequence: sequence, value: value) }

        private func hex(_ data: Data) -> String { data.map { String(format: "%02x", $0) }.joined() }
    }

    struct Row: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let change: @Sendable (inout [Entry]) -> Void
        /// What it comes to, as `flaw number*count`.
        let findings: [String]
        let status: ExitStatus?

        init(
            _ description: String,
            _ findings: [String],
            _ status: ExitStatus?,
            _ change: @escaping @Sendable (inout [Entry]) -> Void
        ) {
            (testDescription, self.findings, self.status, self.change) = (description, findings, status, change)
        }
    }

    static func forge(_ entry: Entry, _ changes: [String: Any?]) -> Entry {
        var entry = entry
        for (name, value) in changes { entry[name] = value }
        return entry
    }

    /// What is done to ten records; the frame says that its last is number 10.
    static let rows: [Row] = [
        Row("nothing", [], nil) { _ in },
        Row("a record dropped", ["missing 4*1"], .recordsMissing) { $0.remove(at: 3) },
        Row("several dropped, in two places", ["missing 2*1", "missing 5*3"], .recordsMissing) {
            $0.removeSubrange(4...6)
            $0.remove(at: 1)
        },
        Row("the last dropped", ["missing 9*2"], .recordsMissing) { $0.removeLast(2) },
        Row("the first dropped: what is left is chained to what was not read", [], nil) { $0.removeFirst(3) },
        Row("all dropped", ["missing 1*10"], .recordsMissing) { $0.removeAll() },
        Row("a value changed", ["changed 5*1"], .recordsChanged) { $0[4]["STAMPD_EVENT"] = "refusal" },
        Row("the message changed", ["changed 5*1"], .recordsChanged) { $0[4]["MESSAGE"] = "other" },
        Row("a field added", ["changed 5*1"], .recordsChanged) { $0[4]["STAMPD_SESSION"] = "default" },
        Row("a field that no frame writes added", ["changed 5*1"], .recordsChanged) { $0[4]["STAMPD_X"] = "x" },
        Row("a field removed", ["changed 5*1"], .recordsChanged) { $0[4]["PRIORITY"] = nil },
        Row("a field twice", ["changed 5*1"], .recordsChanged) { $0[4]["STAMPD_EVENT"] = ["stamp", "stamp"] },
        Row("a field that is not text", ["changed 5*1"], .recordsChanged) { $0[4]["MESSAGE"] = [255, 10] },
        Row("a link changed: neither it nor the next one fits", ["changed 5*1", "changed 6*1"], .recordsChanged) {
            $0[4]["STAMPD_CHAIN"] = String(repeating: "0", count: 64)
        },
        Row("the first changed", ["changed 1*1"], .recordsChanged) { $0[0]["MESSAGE"] = "other" },
        Row(
            "a number changed",
            (6...10).map { "reordered \($0)*1" } + ["missing 5*1", "missing 11*39"],
            .recordsChanged
        ) { $0[4]["STAMPD_SEQUENCE"] = "50" },
        Row("a record repeated", ["repeated 5*1"], .recordsChanged) { $0.insert($0[4], at: 8) },
        Row("the first repeated", ["repeated 1*1"], .recordsChanged) { $0.append($0[0]) },
        Row("two exchanged", ["reordered 5*1"], .recordsChanged) { $0.swapAt(4, 5) },
        Row("one moved to the end", ["reordered 3*1"], .recordsChanged) { $0.append($0.remove(at: 2)) },
        Row("one moved to the end and changed", ["reordered 3*1", "changed 3*1"], .recordsChanged) {
            var record = $0.remove(at: 2)
            record["MESSAGE"] = "other"
            $0.append(record)
        },
        Row("one exchanged for another's content", ["changed 5*1"], .recordsChanged) {
            $0[4] = forge($0[6], ["STAMPD_SEQUENCE": "5", "STAMPD_CHAIN": $0[4]["STAMPD_CHAIN"]])
        },
        Row("another process of the unit goes on", ["forged 11*1"], .recordsChanged) {
            var frame = Frame(10)
            frame.pid = 666
            frame.write("stamp")
            $0.append(frame.entries[10])
        },
        Row("another process of the unit, in the middle", ["forged 5*1"], .recordsChanged) {
            $0.insert(forge($0[4], ["_PID": "666", "MESSAGE": "other"]), at: 5)
        },
        Row("another user in the unit", ["forged 5*1"], .recordsChanged) {
            $0.insert(forge($0[4], ["_UID": "991"]), at: 5)
        },
        Row("another boot's", ["forged 5*1"], .recordsChanged) { $0.insert(forge($0[4], ["_BOOT_ID": "c"]), at: 5) },
        Row("a number taken away", ["forged -*1", "missing 5*1"], .recordsChanged) { $0[4]["STAMPD_SEQUENCE"] = nil },
        Row("records of a stampd without numbers before", [], nil) {
            let old = forge($0[4], ["STAMPD_SEQUENCE": nil, "STAMPD_CHAIN": nil])
            $0.insert(contentsOf: [old, old], at: 0)
        },
        Row("lines of the unit that are no records", [], nil) {
            $0.insert(["_SYSTEMD_UNIT": "stampd.service", "_TRANSPORT": "stdout", "MESSAGE": "serves"], at: 5)
        },
        Row("a record of another process, whatever it says", [], nil) {
            for (name, value) in [("_SYSTEMD_UNIT", "session-1.scope"), ("_TRANSPORT", "stdout")] {
                $0.insert(forge($0[4], [name: value]), at: 5)
            }
            $0.insert(forge($0[4], ["_SYSTEMD_UNIT": nil]), at: 5)
        },
        Row("a whole chain of another's in its place", ["missing 1*10"], .recordsMissing) { entries in
            entries = entries.map { forge($0, ["_SYSTEMD_UNIT": "evil.service"]) }
        },
        Row("rewritten from the middle on, links and all: the frame knows", [], .recordsChanged) { entries in
            var frame = Frame(4)
            for _ in 5...10 { frame.write("refusal") }
            entries = frame.entries
        },
    ]

    @Test("what is done to the records is told, with where and how many", arguments: rows)
    func told(_ row: Row) throws {
        let frame = Frame(10)
        var entries = frame.entries
        row.change(&entries)
        let report = try Self.check(entries, frame.head)
        let findings = report.findings.map { "\($0.flaw.rawValue) \($0.sequence.map { "\($0)" } ?? "-")*\($0.count)" }
        #expect(findings == row.findings)
        #expect(report.status == row.status)
        #expect(report.isWhole == (row.status == nil))
        #expect(report.lines.last == (row.status == nil ? "whole" : "NOT whole"))
    }

    @Test("lost records are missing, a restart goes on, a new frame begins anew") func frames() throws {
        var first = Frame(5)
        first.lose(889)
        first.pid = 200
        first.write("auditResumed")
        first.write("recordsLost", ["STAMPD_LOST": "889"])
        first.write("stamp")
        let second = Frame(3, pid: 300)
        let report = try Self.check(first.entries + second.entries, second.head)
        #expect(report.findings == [.init(flaw: .missing, sequence: 6, count: 889, time: "2023-11-14T22:13:20.123Z")])
        #expect(report.chains == 2 && report.toldLost == 889 && report.missing == 889 && report.head == .matches)
        #expect(report.records == 11 && report.firstSequence == 1 && report.lastSequence == 3)
    }

    @Test("a restart whose first records were lost is no forger") func lostRestart() throws {
        var frame = Frame(5)
        frame.lose(2)
        frame.pid = 200
        frame.write("stamp")
        frame.write("stamp")
        let report = try Self.check(frame.entries, frame.head)
        #expect(report.forged == 0 && report.missing == 2 && report.status == .recordsMissing)
    }

    @Test("records that came while the journal was read are no flaw, and a head that is another's is one")
    func heads() throws {
        var frame = Frame(5)
        let head = frame.head
        frame.write("stamp")
        #expect(try Self.check(frame.entries, head).head == .matches)
        let other = ChainVerification.Head(sequence: 5, value: Data(count: 32))
        let report = try Self.check(frame.entries, other)
        #expect(report.head == .differs && report.status == .recordsChanged && !report.isWhole)
        let unknown = try Self.check(frame.entries, nil)
        #expect(unknown.head == .unknown && unknown.isWhole)
    }

    @Test("of a time that was asked for, nothing is missing before it, and nothing where it has no record")
    func window() throws {
        let frame = Frame(10)
        let part = try Self.check(Array(frame.entries[4...]), frame.head, isWindow: true)
        #expect(part.isWhole && part.isStartOpen && part.firstSequence == 5)
        let none = try Self.check([], frame.head, isWindow: true)
        #expect(none.isWhole && none.head == .unknown)
    }

    @Test("who else writes such records is told, escaped, and bounded in number") func otherWriters() throws {
        let frame = Frame(2)
        let others = (0..<50).map { number in
            Self.forge(frame.entries[1], ["_SYSTEMD_UNIT": "u\(number)\u{1b}.service", "_UID": "\(number)"])
        }
        let report = try Self.check(frame.entries + others + others, frame.head)
        #expect(report.isWhole)
        #expect(report.otherWriters.count == 21 && report.otherWriters.reduce(0) { $0 + $1.records } == 100)
        #expect(report.lines.allSatisfy { $0.unicodeScalars.allSatisfy { (0x20...0x7e).contains($0.value) } })
    }

    private static func check(
        _ entries: [Entry],
        _ head: ChainVerification.Head?,
        isWindow: Bool = false
    ) throws -> ChainReport {
        var reader = ChainReader(unit: "stampd.service", frameUid: nil, head: head, isWindow: isWindow)
        for entry in entries { try reader.take(JSONSerialization.data(withJSONObject: entry)) }
        return reader.finish(headReason: nil)
    }
}
