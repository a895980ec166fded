// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// Members of the file that no option has; those of sessions are proven without a daemon.
@Suite("settings of the file alone", .serialized, .timeLimit(.minutes(15)))
struct SettingTests {
    @Test("stampBurstSeconds: so many seconds' worth of stamps may come at once, and no more")
    func burst() async throws {
        try await withConfiguredFrame(#"{"maximumStampsPerSecond": 1, "stampBurstSeconds": 3}"#) { frame, _, _ in
            try frame.startSession()
            let client = try frame.stampClient()
            frame.process.send(SIGSTOP)
            try client.write((0..<8).flatMap { makeStamp(payload($0)) })
            frame.process.send(SIGCONT)
            let verdicts = try (0..<8).map { _ in try client.readReply().error == nil }
            // On a machine that is slow beyond reason a second may pass between the first and the last.
            #expect(verdicts.prefix(3) == [true, true, true] && verdicts.contains(false))
        }
    }

    @Test("the audit's: refusals in a window, payloads that are looked through, records that wait, and what is lost")
    func audit() async throws {
        try await blocking {
            try TemporaryDirectory.with { own in
                let journal = try FakeJournal(path: own.path(of: "journal"))
                let text = """
                    {"journalSocket": "\(journal.path)", "maximumWaitingRecords": 16, "maximumAuditedPayloadBytes": 60,
                    "maximumRefusalsPerWindow": 2, "refusalWindowSeconds": 3600, "auditDrainTimeoutSeconds": 0}
                    """
                let file = try ConfigurationFile(text, in: own.path)
                let manager = try FakeServiceManager(in: own.path)
                try TemporaryDirectory.with { directory in
                    let frame = try FrameProcess(
                        in: directory.path,
                        passing: PassedListener.pair(in: directory.path),
                        ["--configuration", file.path],
                        environment: manager.environment()
                    )
                    defer { frame.end() }
                    try Self.expectLimits(frame, journal, manager)
                }
            }
        }
    }

    private static func expectLimits(
        _ frame: FrameProcess,
        _ journal: FakeJournal,
        _ manager: FakeServiceManager
    ) throws {
        try frame.startSession()
        _ = try journal.read("sessionStarted")
        let (client, control) = (try frame.stampClient(), try frame.controlClient())
        for (type, expected) in [("SHORT", "SHORT"), (String(repeating: "x", count: 60), "unread")] {
            try client.stamper("Stamp", ["payload": #"{"type":"\#(type)"}"#])
            #expect(try journal.read("stamp")["STAMPD_ACTIVITY_TYPE"] == expected)
        }
        try control.control("Lock")
        for _ in 0..<5 { #expect(try client.stamper("Stamp", ["payload": "x"]).summary.hasPrefix("Locked")) }
        try control.control("Unlock")
        let events = try (0..<4).map { _ in try journal.read()["STAMPD_EVENT"] }
        #expect(events == ["locked", "refusal", "refusal", "unlocked"])
        for _ in 0..<100 { try client.stamper("Stamp", ["payload": "x"]) }
        let lost = try #require(try client.stamper("GetStatus").object("status")["auditLost"] as? Int)
        #expect(lost > 0)
        while try !manager.wait(for: "STATUS=").hasSuffix(", \(lost) records or lines lost") {}
        #expect(try frame.stop() == .exited(0))
    }

    @Test("maximumEventBytes: a watcher that is so far behind is ended")
    func events() async throws {
        try await withConfiguredFrame(#"{"maximumEventBytes": 4096}"#) { frame, _, _ in
            let watcher = try frame.watcher()
            let control = try frame.controlClient()
            func connections() throws -> Int? {
                try control.stamper("GetStatus").object("status")["connections"] as? Int
            }
            // What the kernel holds for the watcher is far below what 1500 events and the default are together.
            var rounds = 0
            while try connections() == 2, rounds < 750 {
                for method in ["Lock", "Unlock"] { try control.control(method) }
                rounds += 1
            }
            #expect(try connections() == 1)
            _ = try watcher.readFramesToEnd()
        }
    }

    @Test("maximumRefusedConnections: the oldest of those that wait to be told is ended")
    func refused() async throws {
        let text = """
            {"maximumConnectionsPerUser": 1, "reservedConnections": 0, "maximumRefusedConnections": 1,
            "messageTimeoutSeconds": 60}
            """
        try await withConfiguredFrame(text) { frame, _, _ in
            let served = try frame.stampClient()
            try served.stamper("GetStatus")
            let oldest = try frame.stampClient()
            let next = try frame.stampClient()
            #expect(try oldest.read() == nil)
            #expect(try next.call("io.stampd.Stamper.GetStatus").summary.hasPrefix("RateLimited"))
            #expect(try served.stamper("GetStatus").error == nil)
        }
    }
}
