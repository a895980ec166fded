// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@Suite("peers of other users", .serialized, .timeLimit(.minutes(15)))
struct PeerTests {
    /// Connects to each of the paths, then calls GetStatus on each, and prints the error or `ok`, and whether the end came.
    private static let script = """
        import json, socket, sys
        peers = []
        for path in sys.argv[1:]:
            peer = socket.socket(socket.AF_UNIX)
            peer.settimeout(120)
            peer.connect(path)
            peers.append(peer)
        for peer in peers:
            peer.sendall(b'{"method":"io.stampd.Stamper.GetStatus"}\\0')
            reply = b""
            while not reply.endswith(b"\\0"):
                piece = peer.recv(65536)
                if not piece: break
                reply += piece
            reply = json.loads(reply[:-1])
            error = reply.get("error", "ok").split(".")[-1]
            if error == "ok":
                print("ok", flush=True)
                continue
            end = " end" if peer.recv(1) == b"" else " more"
            print(error + " " + reply["parameters"].get("rule", "-") + end, flush=True)
        """

    /// The distribution's own, which every user can run.
    private static let python = "/usr/bin/python3"

    static func ask(_ paths: [String], as launcher: [String]) throws -> [String] {
        let peer = try ChildProcess(launcher + [python, "-c", script] + paths)
        defer { peer.end() }
        let ending = try peer.wait()
        for text in [peer.output, peer.errors] { try text.waitForEnd() }
        #expect(ending == .exited(0), "\(peer.errors.text)")
        return peer.output.text.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
    }

    @Test("another user who gets through to a socket is Denied by the rule peer, then it is the end", .otherUsers)
    func anotherUser() async throws {
        try await Unprivileged.withDirectory { unprivileged in
            try TemporaryDirectory.with(mode: 0o711) { directory in
                let frame = try FrameProcess(in: directory.path)
                defer { frame.end() }
                for path in [frame.stampPath, frame.controlPath] { chmod(path, 0o666) }
                let answers = try Self.ask([frame.stampPath, frame.controlPath], as: unprivileged.launcher)
                #expect(answers == ["Denied peer end", "Denied peer end"])
                try frame.waitForLog("uid 65534, pid ")
                #expect(frame.log.contains("neither this user nor root"))
                try frame.expectStamps(with: frame.startSession())
            }
        }
    }

    @Test(
        "at a passed socket that anybody may open another user is served, and one that cannot be told is Denied",
        .otherUsers
    )
    func passedSocket() async throws {
        try await blocking {
            try TemporaryDirectory.with(mode: 0o711) { directory in
                let frame = try FrameProcess(in: directory.path, passing: PassedListener.pair(in: directory.path))
                defer { frame.end() }
                chmod(frame.stampPath, 0o666)
                for (uid, answer) in [(2, "ok"), (65533, "ok"), (65534, "Denied peer end")] {
                    let launcher = ["setpriv", "--reuid=\(uid)", "--regid=65534", "--clear-groups"]
                    #expect(try Self.ask([frame.stampPath], as: launcher) == [answer])
                }
                try frame.waitForLog("uid 65534, pid ")
                #expect(frame.log.contains("a user that cannot be told"))
            }
        }
    }

    @Test("a process of another pid namespace is Denied, root's too", .pidNamespaces)
    func otherNamespace() async throws {
        try await blocking {
            let launcher = ["unshare", "--pid", "--fork", "--kill-child"]
            try TemporaryDirectory.with { directory in
                let frame = try FrameProcess(
                    in: directory.path,
                    passing: PassedListener.pair(in: directory.path),
                    launcher: launcher
                )
                defer { frame.end() }
                let reply = try frame.controlClient().control("Lock")
                #expect(reply.summary == "Denied fallback=never rule=peer")
                try frame.waitForLog("pid 0: a process of another pid namespace")
            }
        }
    }

    @Test("a flood of denied peers has hardly any places, and takes none of the user's", .otherUsers)
    func deniedFlood() async throws {
        try await Unprivileged.withDirectory { unprivileged in
            try TemporaryDirectory.with(mode: 0o711) { directory in
                let frame = try FrameProcess(in: directory.path, ["--maximum-connections", "40"])
                defer { frame.end() }
                chmod(frame.stampPath, 0o666)
                let script = """
                    import socket, sys
                    peers = [socket.socket(socket.AF_UNIX) for _ in range(100)]
                    for peer in peers: peer.connect(sys.argv[1])
                    print("there", flush=True)
                    peers[0].recv(1)
                    """
                let flood = try ChildProcess(unprivileged.launcher + [Self.python, "-c", script, frame.stampPath])
                defer { flood.end() }
                try flood.output.wait("peers") { $0.contains("there") }
                try frame.expectStamps(with: frame.startSession())
                // The oldest of those that wait is told nothing: it was ended for the next.
                #expect(try flood.wait() == .exited(0))
            }
        }
    }

    @Test("a hundred peers that are refused at once are all told why, whoever comes behind them")
    func refusedAtOnce() async throws {
        try await withFrame(["--maximum-connections-per-user", "1"]) { frame in
            let first = try frame.stampClient()
            try first.stamper("GetStatus")
            // Stopped, it finds them all waiting, their calls with them.
            frame.process.send(SIGSTOP)
            let others = try (0..<100).map { _ in try frame.stampClient() }
            let long = Array(repeating: UInt8(ascii: "x"), count: 40_000)
            for (index, other) in others.enumerated() {
                try other.write(index % 10 == 9 ? long : makeCall("io.stampd.Stamper.GetStatus"))
            }
            frame.process.send(SIGCONT)
            for other in others {
                let replies = try other.readToEnd()
                #expect(replies.map(\.summary) == ["RateLimited fallback=retry retryAfterMilliseconds=2000"])
            }
            try first.stamper("GetStatus")
        }
    }

    @Test("root and the control socket find a place where the user's programs took all others", .otherUsers)
    func reserved() async throws {
        try await Unprivileged.withDirectory { unprivileged in
            let frame = try FrameProcess(
                in: unprivileged.directory,
                ["--maximum-connections", "4", "--reserved-connections", "2"],
                launcher: unprivileged.launcher
            )
            defer { frame.end() }
            let paths = [frame.stampPath, frame.stampPath, frame.stampPath, frame.controlPath]
            let answers = try Self.ask(paths, as: unprivileged.launcher)
            #expect(answers == ["ok", "ok", "RateLimited - end", "ok"])
            let root = try frame.waitUntilServing()
            #expect(try root.stamper("GetStatus").error == nil)
        }
    }
}
