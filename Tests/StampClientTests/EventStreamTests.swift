// SPDX-License-Identifier: Apache-2.0
import FakeFrame
import Glibc
import StampClient
import Testing

@Suite("The events of a frame", .timeLimit(.minutes(15)))
struct EventStreamTests {
    private func makeEvent(_ event: String) -> String { #"{"continues":true,"parameters":{"event":\#(event)}}"# }

    @Test("come one after another, by a call with more, and the stream ends in connectionLost")
    func inOrder() async throws {
        let (calls, sink) = AsyncStream.makeStream(of: Bool.self)
        let events = Event.Kind.allCases.map { makeEvent(#"{"kind":"\#($0.rawValue)"}"#) }
        let frame = FakeFrame { peer in
            guard let call = peer.readCall() else { return }
            sink.yield(call.method == "io.stampd.Stamper.Monitor" && call.more)
            for event in events { peer.send(event) }
        }
        let stream = try await StampClient(FrameAddress(socketDirectory: frame.directory), deadline: .seconds(120))
            .monitor()
        #expect(await calls.first { _ in true } == true)
        var kinds: [Event.Kind] = []
        await #expect(throws: StampError.connectionLost(method: "io.stampd.Stamper.Monitor")) {
            for try await event in stream { kinds.append(event.kind) }
        }
        #expect(kinds == Event.Kind.allCases)
    }

    @Test("carry the session, its key and what is left of it")
    func fields() async throws {
        let event = makeEvent(
            #"{"kind":"sessionExpiring","session":"s","publicKey":"\#(ExpectedKeyTests.key)","expiresInMilliseconds":60000}"#
        )
        let frame = FakeFrame { peer in
            _ = peer.readCall()
            peer.send(event)
            _ = peer.readCall()
        }
        let stream = try await StampClient(FrameAddress(socketDirectory: frame.directory), deadline: .seconds(120))
            .monitor()
        let first = try #require(try await stream.first { _ in true })
        #expect(first.kind == .sessionExpiring)
        #expect(first.session == "s")
        #expect(first.publicKey == ExpectedKeyTests.key)
        #expect(first.expiresInMilliseconds == 60_000)
    }

    @Test("a watch that is cancelled while the frame takes no connection ends at once")
    func cancelledInLine() async throws {
        let directory = FakeFrame.makeDirectory()
        let stream = Int32(SOCK_STREAM.rawValue)
        let listener = socket(AF_UNIX, stream, 0)
        try #require(withSocketAddress(directory + "/stamp.sock") { bind(listener, $0, $1) } == 0)
        listen(listener, 0)
        var waiting: [Int32] = []
        repeat {
            waiting.append(socket(AF_UNIX, stream | Int32(SOCK_NONBLOCK.rawValue), 0))
        } while withSocketAddress(directory + "/stamp.sock") { connect(waiting[waiting.count - 1], $0, $1) } == 0
        try #require(errno == EAGAIN)
        defer { for descriptor in waiting + [listener] { close(descriptor) } }
        let client = StampClient(FrameAddress(socketDirectory: directory), deadline: .seconds(600))
        let watch = Task { try await client.monitor() }
        watch.cancel()
        await #expect(throws: StampError.cancelled(method: "io.stampd.Stamper.Monitor")) { try await watch.value }
    }

    @Test("do not hold up the client's calls")
    func besideCalls() async throws {
        let frame = FakeFrame { peer in
            while let call = peer.readCall(), !call.more { peer.sendStamp(call.payload) }
            _ = peer.readCall()
        }
        let client = StampClient(FrameAddress(socketDirectory: frame.directory), deadline: .seconds(120))
        let stream = try await client.monitor()
        #expect(try await client.stamp(payload: "p").stampHeaderValue == "p")
        withExtendedLifetime(stream) {}
    }

    @Test(
        "an error instead of an event is thrown",
        arguments: [
            (
                #"{"error":"io.stampd.Stamper.Denied","parameters":{"rule":"peer","fallback":"never"}}"#,
                StampError.denied(rule: "peer", fallback: .never)
            ),
            (
                #"{"continues":true,"parameters":{"event":{"kind":"birthday"}}}"#,
                .protocolViolation(detail: "a reply lacks a parameter, or has one of another type")
            ),
            (
                #"{"parameters":{"event":{"kind":"locked"}}}"#,
                .protocolViolation(detail: "a stream of events that says it ends")
            ),
        ]
    )
    func errors(_ reply: String, _ expected: StampError) async throws {
        let frame = FakeFrame { peer in
            _ = peer.readCall()
            peer.send(reply)
            _ = peer.readCall()
        }
        let stream = try await StampClient(FrameAddress(socketDirectory: frame.directory), deadline: .seconds(120))
            .monitor()
        await #expect(throws: expected) { try await stream.first { _ in true } }
    }

    @Test("whoever stops iterating leaves: the frame sees the connection end")
    func leaving() async throws {
        let (departures, left) = AsyncStream.makeStream(of: String?.self)
        let event = makeEvent(#"{"kind":"locked"}"#)
        let frame = FakeFrame { peer in
            _ = peer.readCall()
            peer.send(event)
            left.yield(peer.readCall()?.method)
        }
        let client = StampClient(FrameAddress(socketDirectory: frame.directory), deadline: .seconds(120))
        for try await _ in try await client.monitor() { break }
        let next = await departures.first { _ in true }
        #expect(next == .some(nil), "it is no call, but the connection's end")
        frame.stop()
    }

    @Test("a monitor of no frame is refused at once")
    func noFrame() async throws {
        let directory = FakeFrame.makeDirectory()
        let client = StampClient(FrameAddress(socketDirectory: directory), deadline: .seconds(120))
        await #expect(throws: StampError.noFrame(path: directory + "/stamp.sock", reason: "No such file or directory"))
        {
            _ = try await client.monitor()
        }
    }
}
