// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@Suite("start, stop and death", .serialized, .timeLimit(.minutes(15)))
struct LifeTests {
    @Test("a stop answers the calls of accepted connections, those in the kernel's buffers too, and exits 0")
    func drain() async throws {
        try await withFrame(["--drain-timeout-seconds", "60"]) { frame in
            let credential = try frame.startSession()
            let clients = try (0..<5).map { _ in try frame.stampClient() }
            for client in clients { try client.stamper("GetStatus") }
            frame.process.send(SIGSTOP)
            let long = payload(String(repeating: "x", count: 100_000))
            for client in clients {
                try client.write((0..<40).flatMap { makeStamp(payload($0)) } + makeStamp(long))
            }
            frame.process.send(SIGTERM)
            frame.process.send(SIGCONT)
            for client in clients {
                let replies = try client.readToEnd()
                #expect(replies.count == 41)
                for (index, reply) in replies.enumerated() {
                    let payload = index < 40 ? payload(index) : long
                    #expect(try reply.isStamp(of: payload, by: credential.publicKey))
                }
            }
            #expect(try frame.process.wait() == .exited(0))
        }
    }

    @Test(
        "each of the signals that stop it ends in 0 and leaves nothing in the directory",
        arguments: [SIGTERM, SIGINT, SIGHUP]
    )
    func signals(_ signal: CInt) async throws {
        try await withFrame { frame in
            let client = try frame.stampClient()
            try client.stamper("GetStatus")
            let watcher = try frame.watcher()
            frame.process.send(signal)
            #expect(try frame.process.wait() == .exited(0))
            #expect(try client.read() == nil)
            #expect(try watcher.read() == nil)
            #expect(try FileManager.default.contentsOfDirectory(atPath: frame.directory) == [])
        }
    }

    @Test("peers that are stuck hold a stop up for the drain's time at most; meanwhile another frame may start there")
    func stuckPeers() async throws {
        let options = ["--drain-timeout-seconds", "1", "--message-timeout-seconds", "60"]
        try await withFrame(options) { frame in
            let half = try frame.stampClient()
            let deaf = try frame.stampClient()
            for client in [half, deaf] { try client.stamper("GetStatus") }
            try half.write(#"{"method":"#)
            let call = makeCall("org.varlink.service.GetInfo")
            while deaf.writeNow((0..<100).flatMap { _ in call }) > 0 {}
            frame.process.send(SIGTERM)
            try frame.waitForLog("connections are drained")
            let next = try FrameProcess(in: frame.directory)
            defer { next.end() }
            #expect(try frame.process.wait() == .exited(0))
            try next.expectStamps(with: next.startSession())
        }
    }

    @Test("a peer that never stops calling does not hold a stop up longer")
    func endlessPeer() async throws {
        try await withFrame(["--drain-timeout-seconds", "1"]) { frame in
            let client = try frame.stampClient()
            try client.stamper("GetStatus")
            // Each message is just what one read takes, so that no byte of another tells the frame to wait for more; and it
            // takes longer to read than to write, so that there always is another.
            var call = Array(#"{"method":"io.stampd.Stamper.GetStatus","oneway":true,"parameters":{"x":[1"#.utf8)
            while call.count < 16 * 1024 - 6 { call += Array(",1".utf8) }
            call += Array("]}}".utf8)
            call += [UInt8](repeating: UInt8(ascii: " "), count: 16 * 1024 - 1 - call.count) + [0]
            client.writeBehind(call, times: 1_000_000)
            try frame.waitUntilServing().stamper("GetStatus")
            #expect(try frame.stop() == .exited(0))
        }
    }

    @Test("killed while a client waits: the client sees the end, and a restart in the same directory serves")
    func killed() async throws {
        try await withFrame { frame in
            let client = try frame.stampClient()
            try client.stamper("GetStatus")
            frame.process.send(SIGSTOP)
            try client.write(makeStamp(payload("waiting")))
            frame.process.send(SIGKILL)
            #expect(try client.read() == nil)
            #expect(try frame.process.wait() == .killed(by: SIGKILL))
            #expect(fileStatus(frame.stampPath) != nil)
            let next = try FrameProcess(in: frame.directory)
            defer { next.end() }
            try next.expectStamps(with: next.startSession())
            #expect(try next.stop() == .exited(0))
        }
    }

    @Test("a socket that another put in its place is not removed at the end")
    func replacedSocket() async throws {
        try await withFrame { frame in
            unlink(frame.stampPath)
            let other = try ListeningSocket(path: frame.stampPath)
            #expect(try frame.stop() == .exited(0))
            #expect(fileStatus(frame.stampPath)?.st_ino == other.inode)
            #expect(fileStatus(frame.controlPath) == nil)
        }
    }

    @Test("a start that fails after the first socket leaves nothing behind")
    func halfStart() async throws {
        try await blocking {
            try TemporaryDirectory.with { directory in
                mkdir(directory.path(of: "control.sock"), 0o700)
                let process = try ChildProcess([FrameProcess.executable, "--socket-directory", directory.path])
                #expect(try process.wait() == .exited(69))
                #expect(directory.names == ["control.sock"])
            }
        }
    }
}
