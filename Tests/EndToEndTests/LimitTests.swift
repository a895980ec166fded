// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@Suite("limits", .serialized, .timeLimit(.minutes(15)))
struct LimitTests {
    private static let rateLimited = "RateLimited fallback=retry retryAfterMilliseconds=2000"

    @Test("over the limit of one user, the first call is RateLimited, then the end; a place that is free is taken")
    func perUser() async throws {
        try await withFrame(["--maximum-connections-per-user", "3"]) { frame in
            var clients = try (0..<3).map { _ in try frame.stampClient() }
            for client in clients { try client.stamper("GetStatus") }
            let fourth = try frame.stampClient()
            try fourth.write(makeStamp(payload(1)) + makeStamp(payload(2)))
            #expect(try fourth.readToEnd().map(\.summary) == [Self.rateLimited])
            clients.removeLast()
            _ = try frame.waitUntilServing()
            for client in clients { #expect(try client.stamper("GetStatus").error == nil) }
        }
    }

    @Test("a user whose programs took every place can still lock at the control socket")
    func controlPlaces() async throws {
        try await withFrame(["--maximum-connections-per-user", "3", "--reserved-connections", "1"]) { frame in
            let clients = try (0..<3).map { _ in try frame.stampClient() }
            for client in clients { try client.stamper("GetStatus") }
            let control = try frame.controlClient()
            #expect(try control.control("Lock").summary == "ok")
            let second = try frame.controlClient()
            #expect(try second.control("Unlock").summary == Self.rateLimited)
        }
    }

    @Test("at the limit in all, an account that is connected is RateLimited, and served when a connection ends")
    func total() async throws {
        try await withFrame(["--maximum-connections", "3", "--reserved-connections", "0"]) { frame in
            var clients = try (0..<3).map { _ in try frame.stampClient() }
            for client in clients { try client.stamper("GetStatus") }
            #expect(try frame.stampClient().stamper("GetStatus").summary == Self.rateLimited)
            for client in clients {
                #expect(try client.stamper("GetStatus").object("status")["connections"] as? Int == 3)
            }
            clients.removeFirst()
            let another = try frame.waitUntilServing()
            #expect(try another.stamper("GetStatus").object("status")["connections"] as? Int == 3)
        }
    }

    @Test("with few descriptors the frame says so, serves as many as fit, and keeps a place for root's Lock")
    func fewDescriptors() async throws {
        try await withFrame(launcher: ["prlimit", "--nofile=40:40"]) { frame in
            try frame.waitForLog(" connections instead of 768: the process may have 40 descriptors")
            var clients: [RawClient] = []
            while try clients.last?.stamper("GetStatus").error == nil, clients.count < 40 {
                clients.append(try frame.stampClient())
            }
            #expect((3...12).contains(clients.count), "\(clients.count) connections")
            let control = try frame.controlClient()
            #expect(try control.control("Lock").summary == "ok")
            #expect(try control.stamper("GetStatus").object("status")["locked"] as? Bool == true)
        }
    }

    @Test("a frame without descriptors for two connections does not start")
    func noDescriptorsAtAll() async throws {
        try await blocking {
            try TemporaryDirectory.with { directory in
                let command = try ChildProcess(
                    ["prlimit", "--nofile=12:12", FrameProcess.executable, "--socket-directory", directory.path]
                )
                defer { command.end() }
                #expect(try command.wait() == .exited(71))
            }
        }
    }

    @Test("a connection whose replies are not taken in time ends; a peer that takes them late and on time gets all")
    func replyTimeout() async throws {
        try await withConfiguredFrame(#"{"replyTimeoutSeconds": 1}"#) { frame, _, _ in
            let greedy = try frame.stampClient()
            let description = makeCall(
                "org.varlink.service.GetInterfaceDescription",
                ["interface": "io.stampd.Stamper"]
            )
            greedy.writeBehind((0..<200).flatMap { _ in description })
            try frame.waitForLog("its replies were not taken within 1 s")
            #expect(try frame.stampClient().stamper("GetStatus").object("status")["connections"] as? Int == 1)
        }
    }

    @Test("a message that is not whole in time ends its connection; the others are served meanwhile")
    func frameTimeout() async throws {
        try await withFrame(["--message-timeout-seconds", "1"]) { frame in
            let credential = try frame.startSession()
            let trickling = try frame.stampClient()
            let call = makeStamp(payload("trickle"))
            let others = try frame.stampClient()
            var sent = 0
            // One byte now and then: the deadline is the message's, not the byte's.
            while !trickling.isReadable, sent < call.count - 1 {
                _ = trickling.writeNow([call[sent]])
                sent += 1
                for index in 0..<20 {
                    try others.write(makeStamp(payload(index)))
                    #expect(try others.readReply().isStamp(of: payload(index), by: credential.publicKey))
                }
            }
            #expect(try trickling.read() == nil)
            try frame.waitForLog("not whole within 1 s")
        }
    }

    @Test("a connection without a call ends after the idle time; one with an open Monitor does not")
    func idle() async throws {
        try await withFrame(["--idle-timeout-seconds", "1"]) { frame in
            let watcher = try frame.watcher()
            let idle = try frame.stampClient()
            try idle.stamper("GetStatus")
            let silent = try frame.stampClient()
            #expect(try idle.read() == nil)
            #expect(try silent.read() == nil)
            try frame.controlClient().control("Lock")
            #expect(try watcher.readReply().object("event")["kind"] as? String == "locked")
        }
    }

    @Test("a peer that reads late gets every reply, however long its calls had to wait")
    func lateReader() async throws {
        try await withFrame(["--message-timeout-seconds", "1"]) { frame in
            let credential = try frame.startSession()
            let late = try frame.stampClient()
            let payloads = (0..<3000).map { payload($0) }
            late.writeBehind(payloads.flatMap(makeStamp))
            try frame.waitOutMessageTimeout()
            try frame.waitOutMessageTimeout()
            for payload in payloads { #expect(try late.readReply().isStamp(of: payload, by: credential.publicKey)) }
        }
    }

    @Test("peers that call and never read keep little memory, and the others are served")
    func backPressure() async throws {
        // Fewer long calls than the limit on reading makes wait, and time for them on a busy machine.
        try await withFrame(["--message-timeout-seconds", "30"]) { frame in
            let credential = try frame.startSession()
            let before = try frame.status("VmRSS")
            let description = makeCall(
                "org.varlink.service.GetInterfaceDescription",
                ["interface": "io.stampd.Stamper"]
            )
            // A long call first: its buffer may not stay behind it.
            let bytes =
                makeStamp(payload(String(repeating: "x", count: 900_000)))
                + (0..<4000).flatMap { _ in description }
            let greedy = try (0..<12).map { _ in try frame.stampClient() }
            var sent = [Int](repeating: 0, count: greedy.count)
            var isMoving = true
            let end = Date(timeIntervalSinceNow: patience)
            while isMoving || greedy.contains(where: { !$0.isReadable }), Date() < end {
                isMoving = false
                for (index, client) in greedy.enumerated() where sent[index] < bytes.count {
                    let count = client.writeNow(Array(bytes[sent[index]..<min(bytes.count, sent[index] + 200_000)]))
                    sent[index] += count
                    isMoving = isMoving || count > 0
                }
                try frame.expectStamps(with: credential)
            }
            #expect(sent.allSatisfy { $0 > 900_000 && $0 < bytes.count })
            let growth = try frame.status("VmRSS") - before
            #expect(growth < 3 * 1024, "\(growth) KiB for 12 peers")
        }
    }

    @Test("unfinished messages keep to their limit of memory; short calls are served")
    func readingBytes() async throws {
        let options = [
            "--maximum-reading-bytes", "4194304", "--maximum-connections", "64", "--message-timeout-seconds", "2",
        ]
        try await withFrame(options) { frame in
            let credential = try frame.startSession()
            let before = try frame.status("VmRSS")
            let greedy = try (0..<12).map { _ in try frame.stampClient() }
            let piece = [UInt8](repeating: UInt8(ascii: " "), count: 100_000)
            for _ in 0..<10 {
                for client in greedy { _ = client.writeNow(piece) }
                try frame.expectStamps(with: credential)
            }
            let growth = try frame.status("VmHWM") - before
            #expect(growth < 14 * 1024, "\(growth) KiB at most, for 12 MB offered")
            // Each ends: in time, or told that others need the memory.
            for client in greedy {
                let replies = try client.readToEnd().map(\.summary)
                #expect(replies.isEmpty || replies == [Self.rateLimited])
            }
        }
    }

    @Test("without descriptors the frame lives, does not spin, serves whom it has, and recovers")
    func noDescriptors() async throws {
        try await withFrame(["--message-timeout-seconds", "1"]) { frame in
            try frame.limitDescriptors(to: 24)
            let credential = try frame.startSession()
            let first = try frame.stampClient()
            let clock = try frame.stampClient()
            for client in [first, clock] { try client.stamper("GetStatus") }
            var clients = try (0..<40).map { _ in try frame.stampClient() }
            for client in clients { try client.write(makeStamp(payload("many"))) }
            try frame.waitForLog("accept4: Too many open files")
            let ticks = try frame.processorTicks { try frame.waitOutMessageTimeout(on: clock) }
            #expect(ticks < 40, "\(ticks) ticks in about 100")
            #expect(try first.stamper("GetStatus").error == nil)
            // Each that ends makes room for the next, in the order in which they came.
            while let next = clients.first {
                #expect(try next.readReply().isStamp(of: payload("many"), by: credential.publicKey))
                clients.removeFirst()
            }
            try frame.expectStamps(with: credential)
        }
    }
}
