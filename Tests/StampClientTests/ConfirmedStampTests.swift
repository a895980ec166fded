// SPDX-License-Identifier: Apache-2.0
import FakeFrame
import Foundation
import StampClient
import Synchronization
import Testing

@Suite("Stamps that wait for a yes", .timeLimit(.minutes(15)))
struct ConfirmedStampTests {
    private static func status(waiting: Int) -> String {
        #"{"parameters":{"status":{"version":"1","uptimeMilliseconds":1,"locked":false,"sessions":1,"connections":1,"#
            + #""stamped":0,"denied":0,"failed":0,"auditLost":0,"waiting":\#(waiting)}}}"#
    }

    @Test("a stamp waits past the deadline of a call as long as the frame says that something waits")
    func patient() async throws {
        let asked = Mutex(0)
        let (looks, looked) = AsyncStream.makeStream(of: Int.self)
        let (answers, answer) = AsyncStream.makeStream(of: Void.self)
        let frame = FakeFrame { peer in
            while let call = peer.readCall() {
                if call.method.hasSuffix(".GetStatus") {
                    peer.send(Self.status(waiting: 1))
                    looked.yield(
                        asked.withLock { count in
                            count += 1
                            return count
                        }
                    )
                } else {
                    let semaphore = DispatchSemaphore(value: 0)
                    Task {
                        _ = await answers.first { true }
                        semaphore.signal()
                    }
                    semaphore.wait()
                    peer.sendStamp("late")
                }
            }
        }
        defer { frame.stop() }
        let client = StampClient(FrameAddress(socketDirectory: frame.directory), deadline: .seconds(3))
        async let stamp = client.stamp(payload: "p", patience: .seconds(120))
        // Twice, so that the first did not end it.
        _ = await looks.first { $0 == 2 }
        answer.yield()
        #expect(try await stamp.stampHeaderValue == "late")
    }

    @Test("a frame that says that nothing waits is given up as any other")
    func hung() async throws {
        let frame = FakeFrame { peer in
            while let call = peer.readCall() {
                if call.method.hasSuffix(".GetStatus") { peer.send(Self.status(waiting: 0)) }
            }
        }
        defer { frame.stop() }
        let client = StampClient(FrameAddress(socketDirectory: frame.directory), deadline: .milliseconds(50))
        let error = await #expect(throws: StampError.self) {
            try await client.stamp(payload: "p", patience: .seconds(600))
        }
        #expect(error == .timedOut(method: "io.stampd.Stamper.Stamp", after: .milliseconds(50)))
    }

    @Test("a stamp that may wait has a connection of its own, which ends with it")
    func own() async throws {
        let (ends, ended) = AsyncStream.makeStream(of: Int.self)
        let frame = FakeFrame { peer in
            var calls = 0
            while let call = peer.readCall() {
                calls += 1
                peer.sendStamp(call.payload)
            }
            ended.yield(calls)
        }
        defer { frame.stop() }
        let client = StampClient(FrameAddress(socketDirectory: frame.directory), deadline: .seconds(120))
        #expect(try await client.stamp(payload: "shared").stampHeaderValue == "shared")
        #expect(try await client.stamp(payload: "own", patience: .seconds(60)).stampHeaderValue == "own")
        #expect(await ends.first { _ in true } == 1)
        #expect(try await client.stamp(payload: "again").stampHeaderValue == "again")
    }

    @Test("a stamp that is cancelled while it waits ends its connection, so that nobody answers it any more")
    func cancelled() async throws {
        let (calls, called) = AsyncStream.makeStream(of: Void.self)
        let (ends, ended) = AsyncStream.makeStream(of: Void.self)
        let frame = FakeFrame { peer in
            guard peer.readCall() != nil else { return }
            called.yield()
            if peer.readCall() == nil { ended.yield() }
        }
        defer { frame.stop() }
        let client = StampClient(FrameAddress(socketDirectory: frame.directory), deadline: .seconds(120))
        let task = Task { try await client.stamp(payload: "p", patience: .seconds(600)) }
        _ = await calls.first { true }
        task.cancel()
        let error = await #expect(throws: StampError.self) { try await task.value }
        #expect(error == .cancelled(method: "io.stampd.Stamper.Stamp"))
        _ = await ends.first { true }
    }

    @Test(
        "a further stamp socket is found by its name, and what names none is no path",
        arguments: [
            ("stamp-agent", true), ("stamp-", false), ("stamp-A", false), ("../stamp", false), ("other", false),
            ("stamp-" + String(repeating: "a", count: 30), true), ("stamp-" + String(repeating: "a", count: 65), false),
        ]
    )
    func further(_ name: String, _ isOne: Bool) async throws {
        let directory = FakeFrame.makeDirectory()
        let frame = isOne ? FakeFrame(directory: directory, socket: name + ".sock") { $0.echoStamps() } : nil
        defer { frame?.stop() }
        let client = StampClient(FrameAddress(socketDirectory: directory), socket: name, deadline: .seconds(120))
        do throws(StampError) {
            #expect(try await client.stamp(payload: "p").stampHeaderValue == "p")
            #expect(isOne)
        } catch {
            #expect(!isOne)
            #expect(error == .unusablePath(path: "\(directory)/\(name)"))
        }
    }

    @Test("a frame that knows no rules says so")
    func old() async throws {
        let answer: @Sendable (Peer) -> Void = { peer in
            while let call = peer.readCall() {
                peer.send(
                    #"{"error":"org.varlink.service.MethodNotFound","parameters":{"method":"\#(call.method)"}}"#
                )
            }
        }
        let (frame, control) = (FakeFrame(script: answer), FakeFrame.makeDirectory())
        let other = FakeFrame(directory: control, socket: "control.sock", script: answer)
        defer {
            frame.stop()
            other.stop()
        }
        let client = ControlClient(FrameAddress(socketDirectory: control), deadline: .seconds(120))
        let stamp = StampClient(FrameAddress(socketDirectory: frame.directory), deadline: .seconds(120))
        await #expect(throws: StampError.methodNotFound(method: "io.stampd.Stamper.Explain")) {
            try await stamp.explain(payload: "p")
        }
        await #expect(throws: StampError.methodNotFound(method: "io.stampd.Control.ExplainFor")) {
            try await client.explainFor(socket: "stamp", payload: "p", caller: AnotherCaller(uid: 0))
        }
        await #expect(throws: StampError.methodNotFound(method: "io.stampd.Control.GetRules")) {
            try await client.getRules()
        }
        await #expect(throws: StampError.methodNotFound(method: "io.stampd.Control.ListConfirmations")) {
            try await client.listConfirmations()
        }
        #expect(StampError.methodNotFound(method: "m").hint?.contains("newer frame") == true)
    }
}
