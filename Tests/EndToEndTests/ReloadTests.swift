// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@Suite("reload", .serialized, .timeLimit(.minutes(15)))
struct ReloadTests {
    @Test("a file that took the other's place holds from the reload on; what went beyond its limits lives on")
    func good() async throws {
        try await withConfiguredFrame(#"{"maximumSessions": 3}"#) { frame, manager, file in
            let first = try frame.startSession("a")
            try frame.startSession("b")
            let client = try frame.stampClient()
            try client.stamper("GetStatus")
            try file.replace(#"{"maximumSessions": 1, "maximumNesting": 2}"#)
            try frame.reload(manager)
            try frame.waitForLog("reloaded: maximumSessions from 3 to 1, maximumNesting from 32 to 2\n")
            let text = payload("after the reload")
            let stamp = try client.stamper("Stamp", ["payload": text, "session": "a"])
            #expect(try stamp.isStamp(of: text, by: first.publicKey))
            #expect(try client.stamper("ListSessions").error == nil)
            let third = ["bundle": try frame.bundle(of: Credential()), "session": "c"]
            let control = try frame.controlClient()
            #expect(try control.control("InjectCredentialBundle", third).isFull(limit: 1, freeWithin: 900_001))
            try file.replace("{}")
            try frame.reload(manager)
            #expect(try control.control("InjectCredentialBundle", third).error == nil)
            try frame.reload(manager)
            try frame.waitForLog("reloaded: nothing changed\n")
        }
    }

    @Test("a file that is wrong changes nothing: log and status say why, until one is right")
    func bad() async throws {
        try await withConfiguredFrame(#"{"maximumSessions": 1}"#) { frame, manager, file in
            try frame.startSession("a")
            try file.replace(#"{"maximumSessions": 9, "idleTimeoutSeconds": 0, "x\u001b\n": 1}"#)
            try frame.reload(manager)
            let status = try manager.wait(for: "STATUS=1 session ends in ")
            let reason = "reload failed: idleTimeoutSeconds takes a whole number from 1 to 86400"
            #expect(status.hasSuffix(", " + reason) || status.contains("(") && !status.contains("reload"))
            if !status.contains("reload") { #expect(try manager.wait(for: "STATUS=").hasSuffix(", " + reason)) }
            try frame.waitForLog(
                "reload failed: \(file.path): idleTimeoutSeconds takes a whole number from 1 to 86400\n"
            )
            try frame.waitForLog("reload failed: \(file.path): there is no member 'x??'\n")
            let second = ["bundle": try frame.bundle(of: Credential()), "session": "b"]
            let control = try frame.controlClient()
            #expect(try control.control("InjectCredentialBundle", second).isFull(limit: 1, freeWithin: 900_001))
            unlink(file.path)
            try frame.reload(manager)
            try frame.waitForLog("reload failed: \(file.path): open: No such file or directory\n")
            try file.replace(#"{"maximumSessions": 2}"#)
            chmod(file.path, 0o666)
            try frame.reload(manager)
            try frame.waitForLog("reload failed: \(file.path): group or others may write it; chmod go-w\n")
            chmod(file.path, 0o644)
            try frame.reload(manager)
            #expect(try control.control("InjectCredentialBundle", second).error == nil)
            while try manager.wait(for: "STATUS=").contains("reload failed") {}
        }
    }

    @Test("what only a start changes stays, is said, and keeps nothing else from changing")
    func postponed() async throws {
        try await withConfiguredFrame("{}") { frame, manager, file in
            try file.replace(#"{"requireSandbox": true, "journalSocket": "/nowhere", "maximumSessions": 2}"#)
            try frame.reload(manager)
            try frame.waitForLog("not before the next start: requireSandbox from false to true\n")
            try frame.waitForLog(
                #"not before the next start: journalSocket from "/run/systemd/journal/socket" to "/nowhere""# + "\n"
            )
            try frame.waitForLog("reloaded: maximumSessions from 64 to 2\n")
            try frame.expectStamps(with: frame.startSession())
        }
    }

    @Test(
        "the connections of those whom the rules no longer serve end, and the next is served by the rules that hold then"
    )
    func authorization() async throws {
        try await withConfiguredFrame("{}") { frame, manager, file in
            let (client, watcher) = (try frame.stampClient(), try frame.watcher())
            let control = try frame.controlClient()
            for client in [client, control] { try client.stamper("GetStatus") }
            try file.replace(#"{"authorization": {"stamp": {"units": ["nobody.service"]}}}"#)
            try frame.reload(manager)
            try frame.waitForLog("reloaded: authorization\n")
            for ended in [client, watcher] { #expect(try ended.read() == nil) }
            #expect(try frame.stampClient().call("io.stampd.Stamper.GetStatus").error != nil)
            #expect(try control.stamper("GetStatus").error == nil)
            try file.replace(#"{"authorization": {"stamp-typo": {"uids": [1]}}}"#)
            try frame.reload(manager)
            try frame.waitForLog("authorization names the socket 'stamp-typo', which this frame does not have\n")
            #expect(try frame.stampClient().call("io.stampd.Stamper.GetStatus").error != nil)
            try file.replace("{}")
            try frame.reload(manager)
            #expect(try frame.stampClient().stamper("GetStatus").error == nil)
        }
    }

    @Test("the command line wins at a reload too")
    func commandLine() async throws {
        try await withConfiguredFrame("{}", ["--maximum-sessions", "2"]) { frame, manager, file in
            try file.replace(#"{"maximumSessions": 1}"#)
            try frame.reload(manager)
            for name in ["a", "b"] { try frame.startSession(name) }
            let third = try frame.bundle(of: Credential())
            let reply = try frame.controlClient().control("InjectCredentialBundle", ["bundle": third, "session": "c"])
            #expect(reply.summary.hasPrefix("TooManySessions fallback=retry limit=2 "))
        }
    }

    @Test("the walls let the frame read beneath the file's own directory, and nowhere else")
    func walls() async throws {
        let other = try TemporaryDirectory()
        defer { other.remove() }
        let outside = try ConfigurationFile("{}", in: other.path)
        try await withConfiguredFrame("{}") { frame, manager, file in
            try #require(!frame.log.contains("no Landlock"))
            unlink(file.path)
            symlink(outside.path, file.path)
            try frame.reload(manager)
            try frame.waitForLog("reload failed: \(file.path): open: Permission denied\n")
            rename(outside.path, "\(file.directory)/real.json")
            unlink(file.path)
            symlink("real.json", file.path)
            try frame.reload(manager)
            try frame.waitForLog("reloaded: nothing changed\n")
        }
    }

    @Test("time-outs hold at once for connections that are there, and places for those that come")
    func connections() async throws {
        let text = #"{"maximumConnections": 2, "reservedConnections": 0, "idleTimeoutSeconds": 300}"#
        try await withConfiguredFrame(text) { frame, manager, file in
            let clients = try (0..<2).map { _ in try frame.stampClient() }
            for client in clients { try client.stamper("GetStatus") }
            #expect(try frame.stampClient().stamper("GetStatus").summary.hasPrefix("RateLimited "))
            try file.replace(#"{"idleTimeoutSeconds": 300}"#)
            try frame.reload(manager)
            let third = try frame.stampClient()
            #expect(try third.stamper("GetStatus").error == nil)
            try file.replace(#"{"idleTimeoutSeconds": 1}"#)
            try frame.reload(manager)
            for client in clients + [third] { #expect(try client.read() == nil) }
        }
    }

    @Test("a limit lowered below what is there, while accepting waits for descriptors, leaves the frame asleep")
    func loweredWithoutDescriptors() async throws {
        try await withConfiguredFrame(#"{"maximumConnections": 16, "reservedConnections": 0}"#) { frame, _, file in
            let clients = try (0..<6).map { _ in try frame.stampClient() }
            for client in clients { try client.stamper("GetStatus") }
            try frame.limitDescriptors(to: 8)
            let waiting = try frame.stampClient()
            try waiting.write(makeCall("io.stampd.Stamper.GetStatus"))
            try frame.waitForLog("refused: a connection, for now: ")
            try file.replace(#"{"maximumConnections": 2, "reservedConnections": 0}"#)
            // Stopped, it finds the new limit of descriptors and the signal at once.
            frame.process.send(SIGSTOP)
            try frame.limitDescriptors(to: 1000)
            frame.process.send(SIGHUP)
            frame.process.send(SIGCONT)
            try frame.waitForLog("reloaded: maximumConnections from 16 to 2\n")
            let ticks = try frame.processorTicks { try frame.waitOutMessageTimeout(on: clients[0]) }
            #expect(ticks < 100, "two seconds of a frame with nothing to do")
            #expect(try waiting.readReply().summary.hasPrefix("RateLimited "))
            for client in clients.dropFirst() { client.finishWriting() }
            _ = try frame.waitUntilServing()
        }
    }

    @Test("an idle frame ends in time where the reload says so")
    func idle() async throws {
        try await withConfiguredFrame("{}") { frame, manager, file in
            try file.replace(#"{"exitOnIdleSeconds": 1}"#)
            try frame.reload(manager)
            #expect(try frame.process.wait() == .exited(0))
        }
    }

    @Test("two hundred reloads of good files and bad, under calls: each call is answered, and nothing is kept of them")
    func storm() async throws {
        try await withConfiguredFrame("{}") { frame, manager, file in
            let credential = try frame.startSession()
            let client = try frame.stampClient()
            let before = try frame.descriptorCount()
            for round in 0..<200 {
                try file.replace(round % 3 == 0 ? "{" : #"{"maximumSessions": \#(round % 64 + 1)}"#)
                frame.process.send(SIGHUP)
                let text = payload(round)
                #expect(try client.stamper("Stamp", ["payload": text]).isStamp(of: text, by: credential.publicKey))
                _ = manager.takeAll()
            }
            // A reload that is under way has its file open.
            try waitUntil("no more descriptors than before") {
                try frame.descriptorCount() <= before
            }
            #expect(try frame.stop() == .exited(0))
        }
    }
}
