// SPDX-License-Identifier: Apache-2.0
import Foundation
import SignerCore
import Testing

@testable import stampd

@Suite("the audit's numbers and chain")
struct AuditChainTests {
    /// A journal that is read only by hand, and an audit that writes to it.
    private final class Stage {
        let loop: EventLoop
        let audit: Audit
        let path: String
        let journal: CInt
        let keeper = Keeper()

        init(_ limits: AuditLimits, after left: AuditHead? = nil) throws {
            path = "/tmp/journal-\(UUID().uuidString)"
            journal = try RefusalFloodTests.listen(at: path)
            loop = try EventLoop()
            audit = try Audit(loop, path: path, limits: limits)
            audit.begin(after: left, keeping: keeper)
        }

        deinit {
            close(journal)
            unlink(path)
        }

        /// The numbers and the events that lie there.
        func read() -> [Record] {
            var records: [Record] = []
            var buffer = [UInt8](repeating: 0, count: 4096)
            while case let count = recv(journal, &buffer, buffer.count, CInt(MSG_DONTWAIT)), count > 0 {
                var fields: [String: String] = [:]
                for line in String(decoding: buffer[..<count], as: UTF8.self).split(separator: "\n") {
                    let parts = line.split(separator: "=", maxSplits: 1)
                    fields[String(parts[0])] = String(parts[1])
                }
                records.append(
                    Record(
                        sequence: Int(fields["STAMPD_SEQUENCE"] ?? "") ?? -1,
                        event: fields["STAMPD_EVENT"] ?? "",
                        lost: fields["STAMPD_LOST"].flatMap { Int($0) }
                    )
                )
            }
            return records
        }
    }

    private struct Record: Equatable {
        let sequence: Int
        let event: String
        var lost: Int?
    }

    private final class Keeper: AuditHeadKeeper {
        private(set) var head: AuditHead?
        func keep(_ head: AuditHead) { self.head = head }
    }

    @Test("a link is the SHA-256 of the one before and of the record's lines in the order of their names")
    func link() throws {
        var chain = try AuditChain()
        var record = AuditRecord()
        var previous = [UInt8](repeating: 0, count: 32)
        for number in 1...3 {
            record.start(.stamp)
            record.add(.session, "s\(number)")
            record.add(.message, "m")
            let sealed = chain.seal(&record)
            let text = String(decoding: try #require(sealed), as: UTF8.self)
            let hashed = """
                MESSAGE=m
                MESSAGE_ID=81a65bc292b44acfa1f6d410e5117e3d
                PRIORITY=6
                STAMPD_EVENT=stamp
                STAMPD_SEQUENCE=\(number)
                STAMPD_SESSION=s\(number)
                SYSLOG_IDENTIFIER=stampd

                """
            let digest = try Self.sha256(previous + Array(hashed.utf8))
            #expect(text == hashed + "STAMPD_CHAIN=\(digest)\n")
            previous = stride(from: 0, to: 64, by: 2).compactMap { UInt8(digest.dropFirst($0).prefix(2), radix: 16) }
        }
    }

    /// By coreutils.
    private static func sha256(_ bytes: [UInt8]) throws -> String {
        let file = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try Data(bytes).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let (process, output) = (Process(), Pipe())
        process.executableURL = URL(filePath: "/usr/bin/sha256sum")
        process.arguments = [file.path]
        process.standardOutput = output
        try process.run()
        let text = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        return String(text.prefix(64))
    }

    @Test("what finds no place keeps its number: the gap, the record behind it and the kept head tell of it")
    func lost() throws {
        let stage = try Stage(AuditLimits(maximumWaitingRecords: 16))
        #expect(stage.read() == [Record(sequence: 1, event: "auditStarted")])
        var written = 1
        while stage.audit.lostCount < 5, written < 2000 {
            stage.audit.write(.locked, of: nil) { _ in }
            stage.audit.handOver()
            written += 1
        }
        #expect(stage.audit.head.sequence == written)
        let lost = Int(stage.audit.lostCount)
        #expect(lost == 5)
        let kept = try #require(stage.keeper.head)
        #expect(kept == stage.audit.head)
        #expect(kept.lost == 0 && kept.waiting == 16 + Int64(lost))
        var records = stage.read()
        while stage.audit.head.waiting > 0 {
            stage.audit.drain()
            records += stage.read()
        }
        #expect(records.map(\.sequence) == Array(2...(written - lost)) + [written + 1])
        #expect(records.last == Record(sequence: written + 1, event: "recordsLost", lost: lost))
        #expect(stage.keeper.head?.lost == Int64(lost) && stage.keeper.head?.waiting == 0)
    }

    @Test("what is handed over at once is in the journal, or it never was: its number and its link are the next one's")
    func atOnce() throws {
        let stage = try Stage(AuditLimits(maximumWaitingRecords: 16))
        let socket = SocketIdentity(kind: .deliver, name: "deliver")
        let call = CallContext(peer: Peer(uid: 1, gid: 1, pid: 1), socket: socket, start: .now)
        var taken = 1
        while taken < 2000, stage.audit.handOver(.delivery, of: call, { _ in }) { taken += 1 }
        let full = stage.audit.head
        #expect(full.sequence == taken && full.waiting == 0 && stage.keeper.head == full)
        #expect(!stage.audit.handOver(.delivery, of: call) { _ in })
        #expect(stage.audit.head == full && stage.keeper.head == full)
        // Neither is one that would come before a record that waits.
        stage.audit.write(.locked, of: nil) { _ in }
        #expect(!stage.audit.handOver(.delivery, of: call) { _ in })
        #expect(stage.read().map(\.sequence) == Array(1...taken))
        stage.audit.drain()
        #expect(stage.audit.handOver(.delivery, of: call) { _ in })
        #expect(
            stage.read() == [
                Record(sequence: taken + 1, event: "locked"), Record(sequence: taken + 2, event: "delivery"),
            ]
        )
        // As where nobody listens any more.
        shutdown(stage.journal, CInt(SHUT_RDWR))
        let left = stage.audit.head
        #expect(!stage.audit.handOver(.delivery, of: call) { _ in })
        #expect(stage.audit.head == left && stage.keeper.head == left)
    }

    @Test("the next process goes on behind the kept head, says so, and then what its predecessor took with it")
    func resumed() throws {
        let first = try Stage(AuditLimits(maximumWaitingRecords: 16))
        for _ in 0..<5 { first.audit.write(.unlocked, of: nil) { _ in } }
        let left = try #require(first.keeper.head)
        #expect(left.sequence == 6 && left.waiting == 5)
        let second = try Stage(AuditLimits(), after: left)
        #expect(
            second.read() == [
                Record(sequence: 7, event: "auditResumed"), Record(sequence: 8, event: "recordsLost", lost: 5),
            ]
        )
        #expect(second.audit.lostCount == 5 && second.audit.inheritedLostCount == 5)
        let third = try Stage(AuditLimits(), after: second.keeper.head)
        #expect(third.read() == [Record(sequence: 9, event: "auditResumed")])
        #expect(third.audit.lostCount == 5)
    }

    @Test("a turn's records are handed over together, in order, however many they are") func together() throws {
        let stage = try Stage(AuditLimits())
        _ = stage.read()
        for _ in 0..<9 { stage.audit.write(.locked, of: nil) { _ in } }
        #expect(stage.read() == [])
        stage.audit.handOver()
        #expect(stage.read().map(\.sequence) == Array(2...10))
    }

    @Test("a stamp is admitted without an audit, unless it is required: then while there is a place for its record")
    func admitted() throws {
        let nowhere = "/nonexistent/journal"
        let off = try Audit(EventLoop(), path: nowhere, limits: AuditLimits())
        #expect(!off.isOn && off.admitsStamp)
        let stage = try Stage(AuditLimits(isRequired: true, maximumWaitingRecords: 16))
        for _ in 0..<2000 where stage.audit.admitsStamp { stage.audit.write(.stamp, of: nil) { _ in } }
        #expect(!stage.audit.admitsStamp && stage.audit.lostCount == 0)
        #expect(stage.audit.head.waiting == 16)
        _ = stage.read()
        stage.audit.drain()
        #expect(stage.audit.admitsStamp)
        let loop = try EventLoop()
        let waiting = try Audit(loop, path: nowhere, limits: AuditLimits(isRequired: true, maximumWaitingRecords: 16))
        #expect(waiting.isOn && waiting.absence != nil)
        for _ in 0..<2000 where waiting.admitsStamp { waiting.write(.stamp, of: nil) { _ in } }
        #expect(!waiting.admitsStamp && waiting.head.sequence == 16 && waiting.lostCount == 0)
    }

    @Test("each kind has a MESSAGE_ID of its own, and the catalog explains it") func catalog() throws {
        let text = try String(contentsOf: repository("systemd/stampd.catalog"), encoding: .utf8)
        #expect(Set(AuditKind.allCases.map(\.messageId)).count == AuditKind.allCases.count)
        for kind in AuditKind.allCases { #expect(text.contains("-- \(kind.messageId)\nSubject: "), "\(kind)") }
    }
}
