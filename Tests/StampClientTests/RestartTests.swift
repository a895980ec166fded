// SPDX-License-Identifier: Apache-2.0
import FakeFrame
import StampClient
import Synchronization
import Testing

@Suite("A frame that goes away and comes back", .timeLimit(.minutes(15)))
struct RestartTests {
    @Test("the next call after a restart works over a new connection")
    func nextCall() async throws {
        let frame = FakeFrame { $0.echoStamps() }
        let client = StampClient(FrameAddress(socketDirectory: frame.directory), deadline: .seconds(120))
        #expect(try await client.stamp(payload: "before").stampHeaderValue == "before")
        frame.stop()
        frame.start { $0.echoStamps() }
        #expect(try await client.stamp(payload: "after").stampHeaderValue == "after")
    }

    @Test("calls made while the frame is away are sent when it is back")
    func whileAway() async throws {
        let frame = FakeFrame { $0.echoStamps() }
        let client = StampClient(FrameAddress(socketDirectory: frame.directory), deadline: .seconds(120))
        _ = try await client.stamp(payload: "before")
        frame.stop()
        let waiting = Task { try await client.stamp(payload: "while away").stampHeaderValue }
        frame.start { $0.echoStamps() }
        #expect(try await waiting.value == "while away")
    }

    @Test("a Stamp without a reply is sent once more")
    func stampAgain() async throws {
        let connections = Atomic(0)
        let frame = FakeFrame { peer in
            // The first connection ends with the call read and not answered.
            guard connections.add(1, ordering: .relaxed).newValue > 1 else {
                _ = peer.readCall()
                return
            }
            peer.echoStamps()
        }
        let client = StampClient(FrameAddress(socketDirectory: frame.directory), deadline: .seconds(120))
        #expect(try await client.stamp(payload: "again").stampHeaderValue == "again")
        #expect(connections.load(ordering: .relaxed) == 2)
    }

    @Test("a Stamp that is lost twice ends in connectionLost")
    func lostTwice() async throws {
        let calls = Atomic(0)
        let frame = FakeFrame { peer in
            if peer.readCall() != nil { calls.add(1, ordering: .relaxed) }
        }
        let client = StampClient(FrameAddress(socketDirectory: frame.directory), deadline: .seconds(120))
        await #expect(throws: StampError.connectionLost(method: "io.stampd.Stamper.Stamp")) {
            try await client.stamp(payload: "lost")
        }
        #expect(calls.load(ordering: .relaxed) == 2)
    }

    @Test("an InjectCredentialBundle without a reply is not repeated: it ends in connectionLost")
    func injectOnce() async throws {
        let calls = Atomic(0)
        let frame = FakeFrame(socket: "control.sock") { peer in
            if peer.readCall() != nil { calls.add(1, ordering: .relaxed) }
        }
        let client = ControlClient(FrameAddress(socketDirectory: frame.directory), deadline: .seconds(120))
        await #expect(throws: StampError.connectionLost(method: "io.stampd.Control.InjectCredentialBundle")) {
            try await client.injectCredentialBundle("bundle")
        }
        #expect(calls.load(ordering: .relaxed) == 1)
    }

    @Test("calls that were in line keep their order over a restart, and each gets its own reply")
    func mixedLine() async throws {
        let connections = Atomic(0)
        let frame = FakeFrame { peer in
            guard connections.add(1, ordering: .relaxed).newValue > 1 else {
                for _ in 0..<20 { _ = peer.readCall() }
                return
            }
            peer.echoStamps()
        }
        let client = StampClient(FrameAddress(socketDirectory: frame.directory), deadline: .seconds(120))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<20 {
                group.addTask {
                    let stamp = try await client.stamp(payload: "p\(number)")
                    #expect(stamp.stampHeaderValue == "p\(number)")
                }
            }
            try await group.waitForAll()
        }
    }

    @Test("a frame that stays away: what was sent ends in connectionLost, what was not in noFrame")
    func staysAway() async throws {
        let (arrivals, arrived) = AsyncStream.makeStream(of: Void.self)
        let frame = FakeFrame { peer in
            _ = peer.readCall()
            arrived.yield()
            _ = peer.readCall()
        }
        let address = FrameAddress(socketDirectory: frame.directory)
        let client = StampClient(address, deadline: .seconds(120), restartPatience: .milliseconds(50))
        let sent = Task { try await client.stamp(payload: "sent") }
        _ = await arrivals.first { true }
        frame.stop()
        await #expect(throws: StampError.connectionLost(method: "io.stampd.Stamper.Stamp")) { try await sent.value }
        await #expect(throws: noFrame(frame)) { try await client.stamp(payload: "not sent") }
    }

    private func noFrame(_ frame: FakeFrame) -> StampError {
        .noFrame(path: frame.directory + "/stamp.sock", reason: "No such file or directory")
    }
}
