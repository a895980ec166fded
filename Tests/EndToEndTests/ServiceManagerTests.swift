// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@Suite("what the service manager is told", .serialized, .timeLimit(.minutes(15)))
struct ServiceManagerTests {
    @Test("ready comes first, once calls are answered, then the status; stopping comes before the drain")
    func life() async throws {
        try await withManagedFrame { frame, manager in
            #expect(manager.next() == "READY=1")
            #expect(manager.next() == "STATUS=no session")
            let client = try frame.stampClient()
            #expect(try client.stamper("GetStatus").error == nil)
            #expect(try frame.stop() == .exited(0))
            #expect(manager.takeAll() == ["STOPPING=1"])
        }
    }

    @Test("a start that fails tells nothing")
    func failure() async throws {
        try await blocking {
            try TemporaryDirectory.with { directory in
                let manager = try FakeServiceManager(in: directory.path)
                mkdir(directory.path(of: "d"), 0o777)
                chmod(directory.path(of: "d"), 0o777)
                let process = try ChildProcess(
                    [FrameProcess.executable, "--socket-directory", directory.path(of: "d")],
                    environment: manager.environment(watchdogMicroseconds: 1_000_000)
                )
                #expect(try process.wait() == .exited(77))
                #expect(manager.takeAll() == [])
            }
        }
    }

    @Test("the status follows the sessions, their soonest end and the lock, in one line of printable ASCII")
    func status() async throws {
        try await withManagedFrame { frame, manager in
            try manager.wait(for: "STATUS=no session")
            try frame.startSession(seconds: 900)
            let one = try manager.wait(for: "STATUS=1 session ends in ")
            try frame.startSession("b", seconds: 300)
            let two = try manager.wait(for: "STATUS=2 sessions, the soonest ends in ")
            #expect(seconds(of: one) > 800 && seconds(of: two) < 301)
            let control = try frame.controlClient()
            try control.control("Lock")
            let locked = try manager.wait(for: "STATUS=locked, 2 sessions")
            try control.control("EndSession", ["session": "b"])
            try control.control("ResetEmbeddedKey")
            try manager.wait(for: "STATUS=locked, no session")
            for line in [one, two, locked] { #expect(line.utf8.allSatisfy { (0x20...0x7e).contains($0) }) }
        }
    }

    @Test("whoever changes sessions all the time does not make it say more than two words in a second")
    func statusFlood() async throws {
        try await withManagedFrame { frame, manager in
            try manager.wait(for: "STATUS=no session")
            let control = try frame.controlClient()
            let start = ContinuousClock.now
            for _ in 0..<300 { for method in ["Lock", "Unlock"] { try control.control(method) } }
            try control.control("Lock")
            try manager.wait(for: "STATUS=locked, no session")
            let seconds = Int((ContinuousClock.now - start).components.seconds) + 1
            // Two in each second that began, and one of before.
            #expect(manager.takeAll().count <= 2 * seconds + 1)
        }
    }

    @Test("the watchdog is pinged from the loop: while it stands still no ping comes, then they come again")
    func watchdog() async throws {
        try await withManagedFrame(watchdogMicroseconds: 500_000) { frame, manager in
            for _ in 0..<3 { try manager.wait(for: "WATCHDOG=1") }
            frame.process.send(SIGSTOP)
            while try !frame.isStopped() {}
            _ = manager.takeAll()
            #expect(manager.next(within: 1.5) == nil)
            frame.process.send(SIGCONT)
            for _ in 0..<2 { try manager.wait(for: "WATCHDOG=1") }
        }
    }

    @Test("the watchdog is pinged while calls keep the loop busy")
    func busyWatchdog() async throws {
        try await withManagedFrame(watchdogMicroseconds: 500_000) { frame, manager in
            let client = try frame.stampClient()
            client.writeBehind(
                (0..<50).flatMap { _ in Array(#"{"method":"io.stampd.Stamper.GetStatus","oneway":true}"#.utf8) + [0] },
                times: 10_000_000
            )
            try frame.stampClient().stamper("GetStatus")
            for _ in 0..<4 { try manager.wait(for: "WATCHDOG=1") }
            #expect(try frame.waitUntilServing().stamper("GetStatus").error == nil)
        }
    }

    @Test(
        "a watchdog that is another process's, or nonsense, is not pinged; this process's own is",
        arguments: [("1", "500000", false), ("$$", "500000", true), ("$$", "0", false), ("$$", "soon", false)]
    )
    func watchdogOwner(_ pid: String, _ microseconds: String, _ isPinged: Bool) async throws {
        try await blocking {
            try TemporaryDirectory.with { directory in
                let manager = try FakeServiceManager(in: directory.path)
                let export = "export WATCHDOG_PID=\(pid) WATCHDOG_USEC=\(microseconds); exec \"$@\""
                let frame = try FrameProcess(
                    in: directory.path,
                    launcher: ["sh", "-c", export, "sh"],
                    environment: manager.environment()
                )
                defer { frame.end() }
                try manager.wait(for: "STATUS=")
                #expect((manager.next(within: 1) == "WATCHDOG=1") == isPinged)
            }
        }
    }

    @Test("a manager that reads nothing holds nothing up; once it reads, it hears all that counts, in order")
    func stalled() async throws {
        let options = ["--keep-state", "--boot-id", ServiceManager.bootId]
        try await withConfiguredFrame("{}", options, watchdogMicroseconds: 500_000) { frame, manager, _ in
            try manager.fill()
            _ = try frame.initEmbeddedKey()
            let control = try frame.controlClient()
            try control.control("ResetEmbeddedKey")
            for _ in 0..<50 {
                try frame.startSession("a")
                try control.control("Lock")
                try control.control("Unlock")
            }
            frame.process.send(SIGHUP)
            try frame.waitForLog("reloaded: nothing changed\n")
            var told: [String] = []
            while told.last?.hasPrefix("STATUS=1 session") != true {
                told.append(try #require(manager.next()))
            }
            let kinds = told.filter { $0 != "FILLER=1" && $0 != "WATCHDOG=1" && !$0.hasPrefix("STATUS=") }
            let counting = kinds.map { $0.prefix(12) }
            #expect(counting == ["FDSTOREREMOV", "FDSTORE=1\nFD", "RELOADING=1\n", "READY=1"])
            try manager.wait(for: "WATCHDOG=1")
        }
    }

    @Test("a manager that reads nothing holds a stop up for a second, not for good")
    func stalledStop() async throws {
        try await withManagedFrame { frame, manager in
            try manager.wait(for: "STATUS=")
            try manager.fill()
            #expect(try frame.stop() == .exited(0))
        }
    }

    @Test("where no watchdog is set there is no ping")
    func noWatchdog() async throws {
        try await withManagedFrame { _, manager in
            try manager.wait(for: "STATUS=")
            #expect(manager.next(within: 1) == nil)
        }
    }
}

private func seconds(of status: String) -> Int {
    status.split(separator: "ends in ").last.flatMap { Int($0.prefix { $0.isNumber }) } ?? 0
}

extension FrameProcess {
    fileprivate func isStopped() throws -> Bool {
        try String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8).contains(") T ")
    }
}

/// Runs `body` with a frame that a service manager started, and with that manager.
func withManagedFrame(
    _ options: [String] = [],
    watchdogMicroseconds: Int? = nil,
    _ body: (FrameProcess, FakeServiceManager) throws -> Void
) async throws {
    try await blocking {
        try TemporaryDirectory.with { directory in
            let manager = try FakeServiceManager(in: directory.path)
            let frame = try FrameProcess(
                in: directory.path,
                passing: PassedListener.pair(in: directory.path),
                options,
                environment: manager.environment(watchdogMicroseconds: watchdogMicroseconds)
            )
            defer { frame.end() }
            try body(frame, manager)
        }
    }
}
