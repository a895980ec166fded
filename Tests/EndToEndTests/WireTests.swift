// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@Suite("the wire", .serialized, .timeLimit(.minutes(15)))
struct WireTests {
    @Test("a call that comes one byte at a time is answered")
    func oneByteAtATime() async throws {
        try await withFrame { frame in
            let credential = try frame.startSession()
            let client = try frame.stampClient()
            let payload = payload("byte by byte")
            for byte in makeStamp(payload) { try client.write([byte]) }
            #expect(try client.readReply().isStamp(of: payload, by: credential.publicKey))
        }
    }

    @Test("500 calls in one write get 500 replies in their order")
    func pipelining() async throws {
        try await withFrame { frame in
            let credential = try frame.startSession()
            let client = try frame.stampClient()
            let payloads = (0..<500).map { payload($0) }
            client.writeBehind(payloads.flatMap(makeStamp))
            for payload in payloads { #expect(try client.readReply().isStamp(of: payload, by: credential.publicKey)) }
            client.finishWriting()
            #expect(try client.read() == nil)
        }
    }

    @Test("a peer that says it sends no more gets every reply, then the end", arguments: [1, 7, 8, 9, 40, 300])
    func halfClose(_ count: Int) async throws {
        try await withFrame { frame in
            let credential = try frame.startSession()
            let client = try frame.stampClient()
            let payloads = (0..<count).map { payload($0) }
            try client.write(payloads.flatMap(makeStamp))
            client.finishWriting()
            let replies = try client.readToEnd()
            #expect(replies.count == count)
            for (reply, payload) in zip(replies, payloads) {
                #expect(try reply.isStamp(of: payload, by: credential.publicKey))
            }
        }
    }

    @Test("peers that close before they read leave the others served")
    func closeBeforeReading() async throws {
        try await withFrame { frame in
            let credential = try frame.startSession()
            for count in [0, 1, 8, 9, 200] {
                let client = try frame.stampClient()
                try client.write((0..<count).flatMap { makeStamp(payload($0)) } + Array("{".utf8))
            }
            try frame.expectStamps(with: credential)
        }
    }

    @Test("oneway calls have their effect, no reply, and count although the peer closes at once")
    func oneway() async throws {
        try await withFrame { frame in
            let client = try frame.controlClient()
            let locks = (0..<50).flatMap { _ in
                makeCall("io.stampd.Control.Unlock", [:], ["oneway": true])
                    + makeCall("io.stampd.Control.Lock", [:], ["oneway": true])
            }
            try client.write(locks + makeCall("io.stampd.Control.NoSuch", [:], ["oneway": true]))
            let status = try client.stamper("GetStatus")
            #expect(status.object("status")["locked"] as? Bool == true)

            let watcher = try frame.watcher()
            do {
                let closing = try frame.controlClient()
                let many = (0..<1500).flatMap { _ in makeCall("io.stampd.Control.Lock", [:], ["oneway": true]) }
                try closing.write(many + makeCall("io.stampd.Control.Unlock", [:], ["oneway": true]))
            }
            #expect(try watcher.readReply().object("event")["kind"] as? String == "unlocked")
        }
    }

    @Test("200 clients at once with 20 calls each: no reply is lost, doubled or of another")
    func manyClients() async throws {
        // Who is read last takes its replies late.
        try await withConfiguredFrame(#"{"replyTimeoutSeconds": 3600}"#) { frame, _, _ in
            let credential = try frame.startSession()
            let clients = try (0..<200).map { _ in try frame.stampClient() }
            for call in 0..<20 {
                for (index, client) in clients.enumerated() { try client.write(makeStamp(payload("\(index)/\(call)"))) }
            }
            for (index, client) in clients.enumerated() {
                client.finishWriting()
                let replies = try client.readToEnd()
                #expect(replies.count == 20)
                for (call, reply) in replies.enumerated() {
                    #expect(try reply.isStamp(of: payload("\(index)/\(call)"), by: credential.publicKey))
                }
            }
            #expect(try frame.stampClient().stamper("GetStatus").object("status")["stamped"] as? Int == 4000)
        }
    }

    @Test("the longest message is answered, a longer one is TooLarge and the end", arguments: [1024, 1_048_576])
    func frameLimit(_ limit: Int) async throws {
        try await withFrame(["--maximum-message-bytes", "\(limit)"]) { frame in
            let credential = try frame.startSession()
            let client = try frame.stampClient()
            let empty = makeStamp(payload("")).count - 1
            let longest = payload(String(repeating: "x", count: limit - empty))
            client.writeBehind(makeStamp(longest))
            #expect(try client.readReply().isStamp(of: longest, by: credential.publicKey))

            let tooLong = makeStamp(payload(String(repeating: "x", count: limit - empty + 1)))
            #expect(tooLong.count == limit + 2)
            client.writeBehind(makeStamp(payload("before")) + tooLong + makeStamp(payload("never answered")))
            let replies = try client.readToEnd().map(\.summary)
            #expect(replies == ["ok", "TooLarge fallback=never limitBytes=\(limit)"])
            try frame.waitForLog("longer than \(limit) bytes")
        }
    }

    @Test("a message without an end is TooLarge once it is too long, and what still comes does no harm")
    func endlessFrame() async throws {
        try await withFrame(["--maximum-message-bytes", "4096"]) { frame in
            let client = try frame.stampClient()
            client.writeBehind([UInt8](repeating: UInt8(ascii: "x"), count: 4_000_000))
            #expect(try client.readToEnd().map(\.summary) == ["TooLarge fallback=never limitBytes=4096"])
            try frame.expectStamps(with: frame.startSession())
        }
    }

    @Test("an urgent byte is no reason to spin", .urgentBytes)
    func urgentByte() async throws {
        try await withFrame(["--message-timeout-seconds", "1"]) { frame in
            let urgent = try frame.stampClient()
            try urgent.stamper("GetStatus")
            var byte: UInt8 = 0x20
            #expect(Glibc.send(urgent.descriptor, &byte, 1, CInt(MSG_OOB)) == 1)
            let usage = try frame.processorTicks(while: { try frame.waitOutMessageTimeout() })
            #expect(usage < 40, "\(usage) ticks in about 100")
        }
    }

    @Test("each event is sent once, in order, to every watcher")
    func events() async throws {
        try await withFrame { frame in
            let watchers = [try frame.watcher(), try frame.watcher()]
            let control = try frame.controlClient()
            let key = try frame.initEmbeddedKey()
            _ = try frame.initEmbeddedKey()
            let long = try frame.startSession("long")
            let short = try frame.startSession("short", seconds: 30)
            let replacing = try frame.startSession("long", seconds: 61)
            for method in ["Lock", "Lock", "Unlock", "Unlock"] { try control.control(method) }
            try control.control("EndSession", ["session": "short"])
            try control.stamper("ReportRejected", ["publicKey": replacing.publicKey])
            let last = try frame.startSession("last")
            try control.control("ResetEmbeddedKey")
            let expected = [
                "embeddedKeyCreated - \(key)", "sessionStarted long \(long.publicKey)",
                "sessionStarted short \(short.publicKey)", "sessionExpiring short \(short.publicKey)",
                "sessionEnded long \(long.publicKey)", "sessionStarted long \(replacing.publicKey)",
                "locked - -", "unlocked - -", "sessionEnded short \(short.publicKey)",
                "sessionRejected long \(replacing.publicKey)", "sessionStarted last \(last.publicKey)",
                "sessionEnded last \(last.publicKey)", "embeddedKeyReset - -",
            ]
            for watcher in watchers {
                let events = try expected.map { _ in try watcher.readReply() }
                #expect(events.map(Self.summary) == expected)
                #expect(!events.contains { !$0.continues })
                #expect(!watcher.isReadable)
            }
        }
    }

    private static func summary(_ message: Message) -> String {
        let event = message.object("event")
        return ["kind", "session", "publicKey"].map { event[$0] as? String ?? "-" }.joined(separator: " ")
    }

    @Test("a connection with an open Monitor is not read any more")
    func watcherIsNotRead() async throws {
        try await withFrame { frame in
            let watcher = try frame.watcher()
            try watcher.write(makeCall("io.stampd.Stamper.GetStatus"))
            let control = try frame.controlClient()
            try control.control("Lock")
            #expect(try watcher.readReply().object("event")["kind"] as? String == "locked")
            try control.control("Unlock")
            #expect(try watcher.readReply().object("event")["kind"] as? String == "unlocked")
            #expect(!watcher.isReadable)
        }
    }

    @Test("a watcher that is 256 KiB behind is closed, the others get on")
    func slowWatcher() async throws {
        try await withFrame { frame in
            let slow = try frame.watcher()
            let control = try frame.controlClient()
            func isSlowOneThere() throws -> Bool {
                try control.stamper("GetStatus").object("status")["connections"] as? Int == 2
            }
            let toggles = makeCall("io.stampd.Control.Lock") + makeCall("io.stampd.Control.Unlock")
            var sentBytes = 0
            while sentBytes < 1_000_000, try isSlowOneThere() {
                try control.write((0..<50).flatMap { _ in toggles })
                for _ in 0..<100 { #expect(try control.readReply().error == nil) }
                sentBytes += 100 * #"{"parameters":{"event":{"kind":"locked"}},"continues":true}"#.utf8.count
            }
            // What the kernel holds of so many small messages is not much; NULs are not counted here.
            #expect(sentBytes > 240 * 1024 && sentBytes < 320 * 1024, "ended \(sentBytes) bytes behind")
            #expect(try slow.readFramesToEnd() > 5)
            let watcher = try frame.watcher()
            try control.control("Lock")
            #expect(try watcher.readReply().object("event")["kind"] as? String == "locked")
        }
    }
}

/// A Stamp call of the default session.
func makeStamp(_ payload: String) -> [UInt8] { makeCall("io.stampd.Stamper.Stamp", ["payload": payload]) }
