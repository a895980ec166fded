// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@Suite("ending when idle", .serialized, .timeLimit(.minutes(15)))
struct IdleTests {
    @Test(
        "where nobody comes it ends with 0, says so, and leaves passed sockets to the next one, which serves who waited"
    )
    func ends() async throws {
        try await blocking {
            try TemporaryDirectory.with { directory in
                let sockets = try PassedListener.pair(in: directory.path)
                let options = ["--exit-on-idle", "1"]
                let frame = try FrameProcess(in: directory.path, passing: sockets, options)
                defer { frame.end() }
                #expect(try frame.process.wait() == .exited(0))
                try frame.waitForLog("no program uses this frame")
                let client = try frame.stampClient()
                try client.write(makeCall("io.stampd.Stamper.GetStatus"))
                let next = try FrameProcess(in: directory.path, passing: sockets, options)
                defer { next.end() }
                #expect(try client.readReply().summary == "ok")
                // A client that stays keeps it; the time runs from its end.
                try next.outliveIdleTime(on: client)
                #expect(!next.process.hasEnded)
                client.finishWriting()
                #expect(try next.process.wait() == .exited(0))
            }
        }
    }

    struct Row: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let methods: [String]
        let release: [String]
    }

    @Test(
        "it stays, alone, while it holds what would be missed, and ends once that is gone",
        arguments: [
            Row(testDescription: "embedded key", methods: ["InitEmbeddedKey"], release: ["ResetEmbeddedKey"]),
            Row(testDescription: "generated key", methods: ["CreateSessionKey"], release: ["ResetEmbeddedKey"]),
            Row(testDescription: "lock", methods: ["Lock"], release: ["Unlock"]),
        ]
    )
    func stays(_ row: Row) async throws {
        try await withFrame(["--exit-on-idle", "1", "--idle-timeout-seconds", "2"]) { frame in
            let control = try frame.controlClient()
            for method in row.methods { #expect(try control.control(method).error == nil) }
            // The connection is ended for being idle; then a watch of our own outlives the frame's second.
            #expect(try control.read() == nil)
            #expect(throws: WaitTimedOut.self) { try frame.process.wait(within: 2) }
            let back = try frame.controlClient()
            for method in row.release { #expect(try back.control(method).error == nil) }
            back.finishWriting()
            #expect(try frame.process.wait() == .exited(0))
        }
    }

    @Test("a session keeps it until its end, also once the embedded key is gone")
    func session() async throws {
        try await withFrame(["--exit-on-idle", "1"]) { frame in
            let control = try frame.controlClient()
            let key = try #require(try control.control("CreateSessionKey")["publicKey"])
            let started = try control.control("ActivateSession", ["publicKey": key, "expirationSeconds": 4])
            #expect(started.error == nil)
            control.finishWriting()
            #expect(try control.read() == nil)
            #expect(try frame.process.wait() == .exited(0))
            try frame.process.errors.waitForEnd()
            #expect(frame.log.contains("session default expired"))
        }
    }
}

extension FrameProcess {
    /// Lets the frame's own clock run for more than a second: until it ends a peer that sends half of a call.
    fileprivate func outliveIdleTime(on client: RawClient) throws {
        try waitOutMessageTimeout()
        #expect(try client.stamper("GetStatus").error == nil)
    }
}
