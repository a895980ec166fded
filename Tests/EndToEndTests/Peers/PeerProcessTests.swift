// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@Suite("a connection and its peer's process", .serialized, .timeLimit(.minutes(15)))
struct PeerProcessTests {
    private static let status = #"{"method":"io.stampd.Stamper.GetStatus"}"#
    private static let lock = #"{"method":"io.stampd.Control.Lock"}"#
    private static let unlock = #"{"method":"io.stampd.Control.Unlock"}"#
    private static let monitor = #"{"method":"io.stampd.Stamper.Monitor","more":true}"#

    /// What the child of hand_over.py prints; `then` is called when the process that connected has exited.
    private static func handOver(
        _ path: String,
        _ first: [String],
        _ second: String,
        then: () -> Void = {}
    ) throws -> [String] {
        let script = repository("Tests/EndToEndTests/python/hand_over.py").path
        let peer = try ChildProcess(["/usr/bin/python3", script, path, first.joined(separator: "\n"), second])
        defer { peer.end() }
        #expect(try peer.wait() == .exited(0))
        then()
        try peer.output.waitForEnd()
        return peer.output.text.split(separator: "\n").map(String.init)
    }

    @Test(
        "calls of a process that ended are answered to whoever has its socket, and nothing more is taken",
        arguments: [PeerKernel.this, .withoutPeerProcess]
    )
    func endsWithPeer(_ kernel: PeerKernel) async throws {
        try await withFrame(launcher: kernel.launcher) { frame in
            let lines = try Self.handOver(frame.controlPath, [Self.lock, Self.status], Self.unlock)
            #expect(lines.count == 4, "\(lines)")
            #expect(lines.first == #"{"parameters":{}}"#)
            #expect(lines.suffix(2) == ["end", "refused"])
            let status = try frame.stampClient().stamper("GetStatus").object("status")
            #expect(status["locked"] as? Bool == true)
        }
    }

    @Test("a Monitor ends with the process that opened it", arguments: [PeerKernel.this, .withoutPeerProcess])
    func monitor(_ kernel: PeerKernel) async throws {
        try await withFrame(launcher: kernel.launcher) { frame in
            let lines = try Self.handOver(frame.stampPath, [Self.status, Self.monitor], Self.status)
            #expect(lines.dropFirst() == ["end", "refused"])
        }
    }

    @Test(
        "a Monitor ends also where its process is over before the frame looked",
        arguments: [PeerKernel.this, .withoutPeerProcess],
        [0, 1]
    )
    func lateMonitor(_ kernel: PeerKernel, _ callsBefore: Int) async throws {
        let calls = Array(repeating: Self.status, count: callsBefore) + [Self.monitor]
        try await withFrame(launcher: kernel.launcher) { frame in
            frame.process.send(SIGSTOP)
            let lines = try Self.handOver(frame.stampPath, calls, Self.status) { frame.process.send(SIGCONT) }
            #expect(lines.suffix(2) == ["end", "refused"])
            #expect(lines.count == callsBefore + 2)
        }
    }

    @Test("where the kernel has no descriptors of processes, a connection is whoever's has its socket")
    func withoutProcesses() async throws {
        try await withFrame(["--idle-timeout-seconds", "1"], launcher: PeerKernel.withoutAnyProcess.launcher) { frame in
            let lines = try Self.handOver(frame.controlPath, [Self.lock], Self.unlock)
            // It ended because nothing came for a second.
            #expect(lines == [#"{"parameters":{}}"#, "end", "refused"])
            try frame.expectStamps(with: unlocked(frame).startSession())
        }
    }

    private static func connectionCount(_ client: RawClient) throws -> Int? {
        try client.stamper("GetStatus").object("status")["connections"] as? Int
    }

    /// With nobody connected: all others have ended when one is alone.
    private static func idleDescriptorCount(_ frame: FrameProcess) throws -> Int {
        let client = try frame.stampClient()
        while try connectionCount(client) != 1 {}
        return try frame.descriptorCount() - 2
    }

    private func unlocked(_ frame: FrameProcess) throws -> FrameProcess {
        try frame.controlClient().control("Unlock")
        return frame
    }

    @Test("a process that is over before the frame looked is answered too", arguments: PeerKernel.allCases)
    func overBeforeAccept(_ kernel: PeerKernel) async throws {
        try await withFrame(launcher: kernel.launcher) { frame in
            // Stopped, it accepts nobody; the launcher became the frame, so that this is its own number.
            frame.process.send(SIGSTOP)
            let script = """
                import socket, sys
                peer = socket.socket(socket.AF_UNIX)
                peer.connect(sys.argv[1])
                peer.sendall(sys.argv[2].encode() + b"\\0")
                """
            let peer = try ChildProcess(["/usr/bin/python3", "-c", script, frame.controlPath, Self.lock])
            #expect(try peer.wait() == .exited(0))
            frame.process.send(SIGCONT)
            let status = try frame.stampClient().stamper("GetStatus").object("status")
            #expect(status["locked"] as? Bool == true)
        }
    }

    @Test("each connection of 768 has two descriptors, which 2048 are enough for, and both are given back")
    func descriptors() async throws {
        let limit = ["prlimit", "--nofile=2048:2048"]
        try await withFrame(["--maximum-connections-per-user", "768"], launcher: limit) { frame in
            let credential = try frame.startSession()
            let before = try Self.idleDescriptorCount(frame)
            var clients = try (0..<768).map { _ in try frame.stampClient() }
            for client in clients { #expect(try client.stamper("GetStatus").error == nil) }
            #expect(try frame.descriptorCount() == before + 2 * 768)
            #expect(try Self.connectionCount(clients[0]) == 768)
            clients.removeAll()
            _ = try frame.waitUntilServing()
            try frame.expectStamps(with: credential)
            #expect(try Self.idleDescriptorCount(frame) == before)
        }
    }

    @Test("whom there is no second descriptor for waits like whom there is no first for, and nobody is lost")
    func shortage() async throws {
        try await withFrame { frame in
            try frame.limitDescriptors(to: 33)
            let clients = try (0..<40).map { _ in try frame.stampClient() }
            for client in clients { try client.write(Self.status + "\0") }
            try frame.waitForLog("Too many open files")
            // In any order: each that is answered makes room for another.
            var waiting = clients
            try waitUntil("the answers to \(waiting.count) peers") {
                guard let index = waiting.firstIndex(where: \.isReadable) else { return false }
                let reply = try waiting[index].readReply()
                #expect(reply.error == nil)
                waiting[index].finishWriting()
                waiting.remove(at: index)
                return waiting.isEmpty
            }
            try frame.expectStamps(with: frame.startSession())
        }
    }

    @Test("the soft limit on descriptors is raised to what a reload may need, as far as the hard one lets it")
    func softLimit() async throws {
        for (hard, expected) in [(4096, 4096), (1200, 1200)] {
            try await withFrame(launcher: ["prlimit", "--nofile=256:\(hard)"]) { frame in
                let limit = try frame.softDescriptorLimit()
                #expect(limit == expected)
            }
        }
    }
}

extension FrameProcess {
    fileprivate func softDescriptorLimit() throws -> Int? {
        let limits = try String(contentsOfFile: "/proc/\(pid)/limits", encoding: .utf8)
        let line = limits.split(separator: "\n").first { $0.hasPrefix("Max open files") }
        return line?.split(separator: " ").dropFirst(3).first.flatMap { Int($0) }
    }
}
