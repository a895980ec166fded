// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@Suite("limits over a process's life", .serialized, .timeLimit(.minutes(15)))
struct RuleLimitTests {
    private static func rules(_ count: Int, window: Int = 86_400, named name: String = "some") -> String {
        """
        {"rules": {"stamp": {"version": 1, "rules": [
          {"id": "wallets", "effect": "allow", "kind": ["CREATE_WALLET"], "only": ["walletName"],
           "limit": [{"name": "\(name)", "count": \(count), "window": \(window), "by": "session"}]}]}}}
        """
    }

    private static func stamp(_ frame: FrameProcess) throws -> String {
        try frame.stampClient().stamper("Stamp", ["payload": wallet("w")]).summary
    }

    private static func expectUsedUp(_ frame: FrameProcess, _ name: String = "some") throws {
        let summary = try stamp(frame)
        #expect(summary.hasPrefix("Denied fallback=retry id=wallets reason=limit.\(name) retryAfterMilliseconds="))
    }

    private static func withKeptFrame(
        _ text: String,
        _ body: (ServiceManager, _ start: (_ keepsState: Bool) throws -> FrameProcess, ConfigurationFile) throws -> Void
    ) async throws {
        try await withServiceManager { manager, directory in
            try TemporaryDirectory.with { own in
                let file = try ConfigurationFile(text, in: own.path)
                let options = ["--configuration", file.path]
                try body(
                    manager,
                    { try manager.start(directory, bootId: $0 ? ServiceManager.bootId : nil, options) },
                    file
                )
            }
        }
    }

    @Test(
        "what a limit counted goes on over a restart, a crash and a kill, and a stop of the service begins anew",
        .keptState,
        arguments: [SIGTERM, SIGKILL, SIGABRT]
    )
    func restarts(_ signal: CInt) async throws {
        try await Self.withKeptFrame(Self.rules(3)) { manager, start, _ in
            var frame = try start(true)
            defer { frame.end() }
            try frame.startSession()
            #expect(try manager.counters.isEmpty)
            for _ in 0..<2 { #expect(try Self.stamp(frame) == "ok") }
            #expect(try manager.counters.count == 1)
            frame.process.send(signal)
            _ = try frame.process.wait()
            frame = try start(true)
            #expect(try Self.stamp(frame) == "ok")
            try Self.expectUsedUp(frame)
            frame.process.send(SIGKILL)
            _ = try frame.process.wait()
            frame = try start(true)
            try Self.expectUsedUp(frame)
            #expect(try manager.counters.count == 1)
            // Without kept state it is not taken over, and the manager need not hold it any more.
            #expect(try frame.stop() == .exited(0))
            frame = try start(false)
            try frame.startSession()
            #expect(frame.log.contains("kept counters dropped: --keep-state is not given; limits begin anew"))
            #expect(try Self.stamp(frame) == "ok")
            #expect(try manager.counters.isEmpty)
        }
    }

    @Test(
        "kept counters that cannot be read are used-up ones: nothing is stamped until the window has passed",
        .keptState
    )
    func damaged() async throws {
        try await Self.withKeptFrame(Self.rules(9)) { manager, start, _ in
            var frame = try start(true)
            defer { frame.end() }
            try frame.startSession()
            #expect(try Self.stamp(frame) == "ok")
            frame.process.send(SIGKILL)
            _ = try frame.process.wait()
            // A byte of the only place that is used.
            let memory = try SharedMemory(try #require(try manager.counters.first))
            memory.bytes[64 + 40] ^= 1
            frame = try start(true)
            #expect(frame.log.contains("kept counters cannot be read: they are damaged; each limit is used up until"))
            try Self.expectUsedUp(frame)
            // And so at the next start, which reads that of this one.
            #expect(try manager.counters.count == 1)
            frame.process.send(SIGKILL)
            _ = try frame.process.wait()
            frame = try start(true)
            #expect(!frame.log.contains("cannot be read"))
            try Self.expectUsedUp(frame)
            frame.process.send(SIGKILL)
            _ = try frame.process.wait()
            // What is no memory of a frame's, and too many of them.
            let pipe = try ChildPipe()
            defer { for end in [pipe.readEnd, pipe.writeEnd] { close(end) } }
            try manager.replaceState(by: pipe.readEnd, as: "counters")
            frame = try start(true)
            #expect(frame.log.contains("kept counters cannot be read: the descriptor is none that stampd made"))
            try Self.expectUsedUp(frame)
        }
    }

    @Test("over a reload a counter goes on, also where the limit's count changed, but not where its window did")
    func reloads() async throws {
        try await withConfiguredFrame(Self.rules(2)) { frame, manager, file in
            try frame.startSession()
            for _ in 0..<2 { #expect(try Self.stamp(frame) == "ok") }
            try Self.expectUsedUp(frame)
            func reload(_ text: String) throws {
                try file.replace(text)
                try frame.reload(manager)
            }
            try reload(Self.rules(3))
            #expect(try Self.stamp(frame) == "ok")
            try Self.expectUsedUp(frame)
            try reload(Self.rules(3, named: "other"))
            #expect(try Self.stamp(frame) == "ok")
            // The counter of a limit that was away for a while is the same one.
            try reload(Self.rules(3))
            try Self.expectUsedUp(frame)
            try reload(#"{"rules": {"stamp": "open"}}"#)
            try reload(Self.rules(3))
            try Self.expectUsedUp(frame)
            try reload(Self.rules(3, window: 86_399))
            #expect(try Self.stamp(frame) == "ok")
        }
    }

    @Test("a counter that is charged keeps a frame that nobody else needs; one that ran out does not") func idle()
        async throws
    {
        for (window, ends) in [(86_400, false), (1, true)] {
            try await blocking {
                try TemporaryDirectory.with { directory in
                    let file = try ConfigurationFile(Self.rules(9, window: window), in: directory.path)
                    let frame = try FrameProcess(
                        in: directory.path,
                        ["--exit-on-idle", "1", "--configuration", file.path]
                    )
                    defer { frame.end() }
                    try frame.startSession()
                    #expect(try Self.stamp(frame) == "ok")
                    #expect(try frame.controlClient().control("ResetEmbeddedKey").summary == "ok")
                    if ends {
                        #expect(try frame.process.wait() == .exited(0))
                    } else {
                        #expect(throws: WaitTimedOut.self) { try frame.process.wait(within: 3) }
                    }
                }
            }
        }
    }
}
