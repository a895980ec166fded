// SPDX-License-Identifier: Apache-2.0
import FakeFrame
import StampClient
import Synchronization
import Testing

@Suite("One connection, many calls", .timeLimit(.minutes(15)))
struct PipeliningTests {
    @Test("500 calls at once get 500 replies, each its own")
    func manyCalls() async throws {
        let frame = FakeFrame { $0.echoStamps() }
        let client = StampClient(FrameAddress(socketDirectory: frame.directory), deadline: .seconds(120))
        let answers = try await withThrowingTaskGroup(of: (Int, String).self) { group in
            for number in 0..<500 {
                group.addTask { (number, try await client.stamp(payload: "p\(number)").stampHeaderValue) }
            }
            return try await group.reduce(into: [Int: String]()) { $0[$1.0] = $1.1 }
        }
        #expect(answers.count == 500)
        for (number, answer) in answers { #expect(answer == "p\(number)") }
    }

    @Test("100 clients at once are all answered by a frame that lets one wait in line")
    func manyClients() async throws {
        let frame = FakeFrame { _ in }
        frame.stop()
        frame.start(backlog: 0) { $0.echoStamps() }
        defer { frame.stop() }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<100 {
                group.addTask {
                    let client = StampClient(FrameAddress(socketDirectory: frame.directory), deadline: .seconds(120))
                    let stamp = try await client.stamp(payload: "p\(number)")
                    #expect(stamp.stampHeaderValue == "p\(number)")
                }
            }
            try await group.waitForAll()
        }
    }

    @Test("calls are sent without waiting for replies, over one connection")
    func pipelined() async throws {
        let connections = Atomic(0)
        // Answers only once it has read both calls: a client that waits for the first reply waits for ever.
        let frame = FakeFrame { peer in
            connections.add(1, ordering: .relaxed)
            guard let first = peer.readCall(), let second = peer.readCall() else { return }
            peer.sendStamp(first.payload)
            peer.sendStamp(second.payload)
            _ = peer.readCall()
        }
        let client = StampClient(FrameAddress(socketDirectory: frame.directory), deadline: .seconds(120))
        async let first = client.stamp(payload: "a")
        async let second = client.stamp(payload: "b")
        #expect(try await first.stampHeaderValue == "a")
        #expect(try await second.stampHeaderValue == "b")
        #expect(connections.load(ordering: .relaxed) == 1)
    }

    @Test("replies that arrive one byte at a time, or all in one write, are told apart by their NUL")
    func fragments() async throws {
        let frame = FakeFrame { peer in
            guard let first = peer.readCall() else { return }
            for byte in Array(Peer.stampReply(first.payload).utf8) + [0] { peer.sendBytes([byte]) }
            guard let second = peer.readCall(), let third = peer.readCall() else { return }
            let both = Peer.stampReply(second.payload) + "\0" + Peer.stampReply(third.payload) + "\0"
            peer.sendBytes(Array(both.utf8))
            _ = peer.readCall()
        }
        let client = StampClient(FrameAddress(socketDirectory: frame.directory), deadline: .seconds(120))
        #expect(try await client.stamp(payload: "slow").stampHeaderValue == "slow")
        async let second = client.stamp(payload: "b")
        async let third = client.stamp(payload: "c")
        #expect(try await second.stampHeaderValue == "b")
        #expect(try await third.stampHeaderValue == "c")
    }

    @Test(
        "a payload arrives as it was, NUL, quotes, emoji and all",
        arguments: [
            "", "\0", "\"\\/\u{8}\u{1F}\u{7F}\u{2028}", "🗝️ e\u{301} é", #"{"a":[1,"two"]}"#, "line\r\n",
        ]
    )
    func payloadIsExact(_ payload: String) async throws {
        let (payloads, sink) = AsyncStream.makeStream(of: [UInt8].self)
        let frame = FakeFrame { peer in
            guard let call = peer.readCall() else { return }
            sink.yield(Array(call.payload.utf8))
            peer.sendStamp("done")
            _ = peer.readCall()
        }
        let client = StampClient(FrameAddress(socketDirectory: frame.directory), deadline: .seconds(120))
        _ = try await client.stamp(payload: payload)
        #expect(await payloads.first { _ in true } == Array(payload.utf8))
    }
}
