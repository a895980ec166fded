// SPDX-License-Identifier: Apache-2.0
import FakeFrame
import StampClient
import Synchronization
import Testing

@Suite("A call whose caller has left", .timeLimit(.minutes(15)))
struct AbandonedCallTests {
    @Test("a cancelled call's reply is skipped when it comes, and the next call gets its own")
    func cancelled() async throws {
        let (arrivals, arrived) = AsyncStream.makeStream(of: Void.self)
        let frame = FakeFrame { peer in
            guard let first = peer.readCall() else { return }
            arrived.yield()
            guard let second = peer.readCall() else { return }
            peer.sendStamp(first.payload)
            peer.sendStamp(second.payload)
            _ = peer.readCall()
        }
        let client = StampClient(FrameAddress(socketDirectory: frame.directory), deadline: .seconds(120))
        let first = Task { try await client.stamp(payload: "first") }
        _ = await arrivals.first { true }
        first.cancel()
        await #expect(throws: StampError.cancelled(method: "io.stampd.Stamper.Stamp")) { try await first.value }
        #expect(try await client.stamp(payload: "second").stampHeaderValue == "second")
    }

    @Test("a call that was cancelled before it began is not sent")
    func cancelledBefore() async throws {
        let frame = FakeFrame { $0.echoStamps() }
        let client = StampClient(FrameAddress(socketDirectory: frame.directory), deadline: .seconds(120))
        let call = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await client.stamp(payload: "never")
        }
        await #expect(throws: StampError.cancelled(method: "io.stampd.Stamper.Stamp")) { try await call.value }
        #expect(try await client.stamp(payload: "after").stampHeaderValue == "after")
    }

    @Test("a call without an answer ends at its deadline, and its late reply is skipped")
    func deadline() async throws {
        let frame = FakeFrame { peer in
            guard let first = peer.readCall(), let second = peer.readCall() else { return }
            peer.sendStamp(first.payload)
            peer.sendStamp(second.payload)
            peer.echoStamps()
        }
        let client = StampClient(FrameAddress(socketDirectory: frame.directory), deadline: .milliseconds(500))
        let timedOut = StampError.timedOut(method: "io.stampd.Stamper.Stamp", after: .milliseconds(500))
        await #expect(throws: timedOut) { try await client.stamp(payload: "first") }
        // On a busy machine later calls may be late as well: whichever is answered gets its own reply.
        var answer: Stamp?
        for number in 2... {
            do throws(StampError) {
                answer = try await client.stamp(payload: "p\(number)")
                #expect(answer?.stampHeaderValue == "p\(number)")
            } catch {
                try #require(error == timedOut)
            }
            if answer != nil { break }
        }
    }
}
