// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation
import Testing

@Suite("the audit's chain, from the frame to stampctl", .serialized, .timeLimit(.minutes(15)))
struct AuditChainTests {
    @Test("a journal that does not read, 900 stamps answered, SIGKILL: the next process and the check tell of each one")
    func killed() async throws {
        try await withServiceManager { manager, directory in
            let journal = try FakeJournal(path: directory + "/journal")
            let options = ["--journal-socket", journal.path]
            let first = try manager.start(directory, options)
            defer { first.end() }
            try first.startSession()
            let client = try first.stampClient()
            let payloads = (0..<900).map { "unread \($0)" }
            client.writeBehind(payloads.flatMap { makeCall("io.stampd.Stamper.Stamp", ["payload": $0]) })
            for _ in payloads { #expect(try client.readReply().error == nil) }
            // The audit's start, three of the session's, and each stamp's.
            #expect(try Self.sequence(of: first) == 904)
            first.process.send(SIGKILL)
            _ = try first.process.wait()

            let second = try manager.start(directory, options)
            defer { second.end() }
            #expect(second.log.contains("state taken over: 1 sessions"))
            var entries: [[String: String]] = []
            var process = first.pid
            while entries.last?["STAMPD_EVENT"] != "recordsLost" {
                let record = try journal.read()
                if record["STAMPD_EVENT"] == "auditResumed" { process = second.pid }
                entries.append(Self.entry(record, by: process))
            }
            let delivered = entries.count - 2
            #expect((4..<900).contains(delivered))
            #expect(entries[delivered]["STAMPD_SEQUENCE"] == "905")
            #expect(entries.last?["STAMPD_LOST"] == "\(904 - delivered)")
            let status = try second.stampClient().stamper("GetStatus").object("status")
            #expect(status["auditLost"] as? Int == 904 - delivered)
            let (run, report) = try Self.verify(entries, at: second)
            #expect(run.status == 6, "\(run.errors)")
            #expect(report["missing"] as? Int == 904 - delivered)
            #expect(report["toldLost"] as? Int == 904 - delivered)
            #expect(report["head"] as? String == "matches")
            let findings = try #require(report["findings"] as? [[String: Any]])
            #expect(findings.count == 1)
            #expect(findings.first?["sequence"] as? Int == delivered + 1)
            #expect(findings.first?["count"] as? Int == 904 - delivered)
            #expect(findings.first?["flaw"] as? String == "missing")
        }
    }

    @Test("frames one after the other, each with a chain of its own, are whole; what is done to their records is told")
    func checked() async throws {
        try await blocking {
            try TemporaryDirectory.with { directory in
                let journal = try FakeJournal(path: directory.path(of: "journal"))
                var entries: [[String: String]] = []
                for round in 0..<2 {
                    let frame = try FrameProcess(in: directory.path, ["--journal-socket", journal.path])
                    defer { frame.end() }
                    try frame.startSession()
                    try frame.stampClient().stamper("Stamp", ["payload": "\(round)"])
                    while entries.last?["STAMPD_EVENT"] != "stamp" || entries.last?["STAMPD_SEQUENCE"] != "5"
                        || entries.last?["_PID"] != "\(frame.pid)"
                    { entries.append(Self.entry(try journal.read(), by: frame.pid)) }
                    guard round == 1 else {
                        #expect(try frame.stop() == .exited(0))
                        continue
                    }
                    try Self.expectVerdicts(entries, frame)
                }
            }
        }
    }

    private static func expectVerdicts(_ entries: [[String: String]], _ frame: FrameProcess) throws {
        #expect(entries.count == 10)
        let whole = try verify(entries, at: frame)
        #expect(whole.run.status == 0, "\(whole.run.errors)")
        #expect(whole.report["isWhole"] as? Bool == true && whole.report["chains"] as? Int == 2)
        var edited = entries
        edited[9]["STAMPD_PAYLOAD_SHA256"] = String(repeating: "0", count: 64)
        #expect(try verify(edited, at: frame).run.status == 7)
        // Cut off at the end: only the frame itself knows.
        let cut = try verify(Array(entries.dropLast()), at: frame)
        #expect(cut.run.status == 6 && cut.report["missing"] as? Int == 1 && cut.report["head"] as? String == "missing")
        #expect(try frame.stop() == .exited(0))
        let unknown = try verify(Array(entries.dropLast()), at: frame)
        #expect(unknown.run.status == 0 && unknown.report["head"] as? String == "unknown")
        #expect((unknown.report["headReason"] as? String)?.contains("no frame") == true)
    }

    @Test("auditRequired: a record is there before its reply; without a place for one no stamp is made, until there is")
    func required() async throws {
        try await blocking {
            try TemporaryDirectory.with { own in
                let journal = try FakeJournal(path: own.path(of: "journal"))
                let text = """
                    {"journalSocket": "\(journal.path)", "auditRequired": true, "maximumWaitingRecords": 16}
                    """
                let file = try ConfigurationFile(text, in: own.path)
                try TemporaryDirectory.with { directory in
                    let frame = try FrameProcess(
                        in: directory.path,
                        passing: PassedListener.pair(in: directory.path),
                        ["--configuration", file.path]
                    )
                    defer { frame.end() }
                    try Self.expectRequired(frame, journal)
                }
            }
        }
    }

    private static func expectRequired(_ frame: FrameProcess, _ journal: FakeJournal) throws {
        try frame.startSession()
        let client = try frame.stampClient()
        for number in 0..<3 {
            #expect(try client.stamper("Stamp", ["payload": "\(number)"]).error == nil)
            // Not waited for.
            #expect(try journal.readAll().last?["STAMPD_EVENT"] == "stamp")
        }
        var stamped = 0
        var reply = try client.stamper("Stamp", ["payload": "x"])
        while reply.error == nil, stamped < 1000 {
            stamped += 1
            reply = try client.stamper("Stamp", ["payload": "x"])
        }
        #expect(reply.error == "io.stampd.Stamper.RateLimited")
        #expect(reply["fallback"] == "retry" && (reply.int("retryAfterMilliseconds") ?? 0) > 0)
        #expect((16..<1000).contains(stamped))
        let status = try client.stamper("GetStatus").object("status")
        #expect(status["auditLost"] as? Int == 0)
        var recorded = 0
        while recorded < stamped { if try journal.read()["STAMPD_EVENT"] == "stamp" { recorded += 1 } }
        // What was refused is recorded where there was room, or counted; in no case is it a stamp.
        #expect(try journal.readAll().allSatisfy { $0["STAMPD_EVENT"] != "stamp" })
        #expect(try client.stamper("Stamp", ["payload": "after"]).error == nil)
    }

    @Test("auditRequired where no journal is yet: as many stamps as records may wait, and on when it comes")
    func requiredBeforeTheJournal() async throws {
        try await blocking {
            try TemporaryDirectory.with { own in
                let path = own.path(of: "journal")
                let text = #"{"journalSocket": "\#(path)", "auditRequired": true, "maximumWaitingRecords": 16}"#
                let file = try ConfigurationFile(text, in: own.path)
                try TemporaryDirectory.with { directory in
                    let frame = try FrameProcess(
                        in: directory.path,
                        passing: PassedListener.pair(in: directory.path),
                        ["--configuration", file.path]
                    )
                    defer { frame.end() }
                    try frame.waitForLog("no journal at \(path) yet")
                    try frame.startSession()
                    let client = try frame.stampClient()
                    // The audit's start, three of the session's.
                    for _ in 0..<12 { #expect(try client.stamper("Stamp", ["payload": "x"]).error == nil) }
                    let refused = try client.stamper("Stamp", ["payload": "x"])
                    #expect(refused.error == "io.stampd.Stamper.RateLimited")
                    let journal = try FakeJournal(path: path)
                    for _ in 0..<16 { _ = try journal.read() }
                    #expect(journal.last?.sequence == 16)
                    #expect(try client.stamper("Stamp", ["payload": "x"]).error == nil)
                }
            }
        }
    }

    @Test(
        "state in memory as version 0.1.0 makes it is taken over, moved, and the audit kept beside it from then on",
        .enabled(if: hasMemfdSecret, "this kernel has no memfd_secret")
    )
    func firstLayout() async throws {
        try await withServiceManager { manager, directory in
            let journal = try FakeJournal(path: directory + "/journal")
            let options = ["--journal-socket", journal.path]
            let first = try manager.start(directory)
            defer { first.end() }
            let credential = try first.startSession()
            #expect(try first.stop() == .exited(0))
            let old = try Self.makeFirstLayout(of: try #require(try manager.state.first))
            try manager.replaceState(by: old)
            close(old)
            let second = try manager.start(directory, options)
            defer { second.end() }
            #expect(second.log.contains("state taken over: 1 sessions"))
            try second.expectStamps(with: credential)
            #expect(try journal.read()["STAMPD_EVENT"] == "auditStarted")
            let stored = try manager.state
            #expect(stored.count == 1)
            var status = stat()
            fstat(try #require(stored.first), &status)
            #expect(status.st_size == Self.firstByteCount + 4096)
            second.process.send(SIGKILL)
            _ = try second.process.wait()
            let third = try manager.start(directory, options)
            defer { third.end() }
            try third.expectStamps(with: credential)
            #expect(try journal.read("auditResumed")["STAMPD_SEQUENCE"] == "3")
        }
    }

    @Test("the audit goes on behind a reset, though nothing else is kept") func afterReset() async throws {
        try await withServiceManager { manager, directory in
            let journal = try FakeJournal(path: directory + "/journal")
            let options = ["--journal-socket", journal.path]
            let first = try manager.start(directory, options)
            defer { first.end() }
            let credential = try first.startSession()
            #expect(try first.controlClient().control("ResetEmbeddedKey").summary == "ok")
            let memory = try SharedMemory(try #require(try manager.state.first))
            #expect(memory.bytes.prefix(Self.firstByteCount).allSatisfy { $0 == 0 })
            #expect(!memory.contains(credential.key.rawRepresentation))
            let last = try Self.sequence(of: first)
            first.process.send(SIGKILL)
            _ = try first.process.wait()
            let second = try manager.start(directory, options)
            defer { second.end() }
            #expect(try journal.read("auditResumed")["STAMPD_SEQUENCE"] == "\(last + 1)")
        }
    }
}

extension AuditChainTests {
    /// Two slots of 54 pages.
    private static let firstByteCount = 2 * 54 * 4096

    private static func sequence(of frame: FrameProcess) throws -> Int {
        try #require(try frame.stampClient().stamper("GetStatus").object("status")["auditSequence"] as? Int)
    }

    /// As the journal gives a record back that this process wrote.
    private static func entry(_ record: FakeJournal.Record, by pid: pid_t) -> [String: String] {
        let trusted = [
            "_SYSTEMD_UNIT": "stampd.service", "_TRANSPORT": "journal", "_UID": "\(getuid())", "_PID": "\(pid)",
            "_BOOT_ID": ServiceManager.bootId, "__REALTIME_TIMESTAMP": "1700000000123456",
        ]
        return record.merging(trusted) { $1 }
    }

    /// `stampctl audit --verify` with a journalctl that has these records, in another order of fields than they were sent in.
    private static func verify(
        _ entries: [[String: String]],
        at frame: FrameProcess
    ) throws -> (run: System.StampctlRun, report: [String: Any]) {
        let directory = try TemporaryDirectory()
        defer { directory.remove() }
        let lines = try entries.map { try JSONSerialization.data(withJSONObject: $0) + Data("\n".utf8) }
        try lines.reduce(Data(), +).write(to: URL(filePath: directory.path(of: "entries")))
        let path = directory.path(of: "journalctl")
        try Data("#!/bin/sh\ncat \(directory.path(of: "entries"))\n".utf8).write(to: URL(filePath: path))
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
        let run = try System.StampctlRun(
            ["audit", "--verify", "--json", "--socket-directory", frame.directory],
            environment: ["PATH": "\(directory.path):/usr/bin:/bin"]
        )
        return (run, try run.json)
    }

    /// memfd_secret(2), whose number is one on every architecture; negative where the kernel has none.
    private static func makeSecretMemory() -> CInt {
        typealias SystemCall = @convention(c) (Int, UInt) -> Int
        guard let symbol = dlsym(nil, "syscall") else { return -1 }
        return CInt(unsafeBitCast(symbol, to: SystemCall.self)(447, UInt(O_CLOEXEC)))
    }

    private static let hasMemfdSecret: Bool = {
        let descriptor = makeSecretMemory()
        defer { close(descriptor) }
        return descriptor >= 0
    }()

    /// The same state in memory that has no place for the audit.
    private static func makeFirstLayout(of descriptor: CInt) throws -> CInt {
        let made = makeSecretMemory()
        #expect(ftruncate(made, firstByteCount) == 0)
        let (source, target) = (try SharedMemory(descriptor), try SharedMemory(made))
        target.bytes.copyBytes(from: source.bytes.prefix(firstByteCount))
        return made
    }
}
