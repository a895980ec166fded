// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@Suite("the two sockets", .serialized, .timeLimit(.minutes(15)))
struct SocketTests {
    @Test("both are of mode 0600 whatever the umask is, and only a lock lies beside them")
    func mode() async throws {
        try await withFrame(launcher: ["sh", "-c", #"umask 0; exec "$@""#, "sh"]) { frame in
            for path in [frame.stampPath, frame.controlPath] {
                let status = try #require(fileStatus(path))
                #expect(status.st_mode == S_IFSOCK | 0o600)
                #expect(status.st_nlink == 1)
            }
            let names = try FileManager.default.contentsOfDirectory(atPath: frame.directory).sorted()
            #expect(names == [".stampd.lock", "control.sock", "stamp.sock"])
        }
    }

    @Test("no socket listens, or has its name, before it is of mode 0600", .strace)
    func order() async throws {
        try await blocking {
            try TemporaryDirectory.with { directory in
                let trace = directory.path(of: "trace")
                let strace = ["strace", "-o", trace, "-e", "trace=bind,fchmodat,listen,linkat"]
                mkdir(directory.path(of: "d"), 0o700)
                let frame = try FrameProcess(in: directory.path(of: "d"), launcher: strace)
                defer { frame.end() }
                let pid = try #require(
                    frame.log.split(separator: "pid ").last.flatMap { Int32($0.prefix { $0.isNumber }) }
                )
                kill(pid, SIGTERM)
                #expect(try frame.process.wait() == .exited(0))
                let calls = try String(contentsOfFile: trace, encoding: .utf8).split(separator: "\n").compactMap {
                    line in ["bind", "fchmodat", "listen", "linkat"].first { line.hasPrefix("\($0)(") }
                }
                #expect(calls == ["bind", "fchmodat", "listen", "linkat", "bind", "fchmodat", "listen", "linkat"])
            }
        }
    }

    @Test(
        "a socket that somebody listens at is not stolen",
        arguments: ["stamp.sock", "control.sock", ".stamp.sock.staging"]
    )
    func live(_ name: String) async throws {
        try await blocking {
            try TemporaryDirectory.with { directory in
                let other = try ListeningSocket(path: directory.path(of: name))
                let refused = try Refused([directory.path])
                #expect(refused.code == 69)
                #expect(refused.errors.contains("another process listens there already"))
                #expect(fileStatus(directory.path(of: name))?.st_ino == other.inode)
                #expect(directory.names == [name])
            }
        }
    }

    @Test("a second frame in the same directory is refused, the first one serves on")
    func second() async throws {
        try await withFrame { frame in
            let credential = try frame.startSession()
            let refused = try Refused([frame.directory])
            #expect(refused.code == 69)
            #expect(refused.errors.contains("another frame runs there"))
            try frame.expectStamps(with: credential)
        }
    }

    @Test("of two that start at once exactly one serves, twenty times, over what a killed one left")
    func race() async throws {
        try await blocking {
            try TemporaryDirectory.with { directory in
                for _ in 0..<20 {
                    let starters = try (0..<2).map { _ in
                        try ChildProcess([FrameProcess.executable, "--socket-directory", directory.path])
                    }
                    defer { for starter in starters { starter.end() } }
                    let isFirst = starters.map { starter in
                        (try? starter.errors.wait("serves") { $0.contains(" serves ") }) != nil
                    }
                    #expect(isFirst.filter(\.self).count == 1)
                    for (starter, isFirst) in zip(starters, isFirst) where !isFirst {
                        #expect(try starter.wait() == .exited(69))
                    }
                    let client = try RawClient(path: directory.path(of: "stamp.sock"))
                    #expect(try client.stamper("GetStatus").error == nil)
                }
            }
        }
    }

    @Test("what is in the way and is no socket is refused and stays as it is")
    func inTheWay() async throws {
        try await blocking {
            let obstacles: [(String, (String) -> CInt)] = [
                ("symlink", { symlink("/etc/hostname", $0) }), ("dangling symlink", { symlink("/nowhere/at/all", $0) }),
                ("file", { close(open($0, O_CREAT | O_WRONLY, 0o644)) }), ("directory", { mkdir($0, 0o755) }),
                ("FIFO", { mkfifo($0, 0o644) }),
            ]
            for name in ["stamp.sock", "control.sock", ".control.sock.staging", ".stampd.lock"] {
                // A file at the lock's name is what a killed frame leaves.
                for (kind, make) in obstacles where name != ".stampd.lock" || kind != "file" {
                    try TemporaryDirectory.with { directory in
                        let path = directory.path(of: name)
                        #expect(make(path) == 0)
                        let before = try #require(fileStatus(path))
                        let refused = try Refused([directory.path])
                        #expect(refused.code == 69, "\(kind)")
                        #expect(refused.errors.contains("\(path) is in the way"), "\(name): \(kind)")
                        let after = try #require(fileStatus(path))
                        #expect(after.st_ino == before.st_ino && after.st_mode == before.st_mode, "\(kind)")
                        #expect(after.st_mtim.tv_nsec == before.st_mtim.tv_nsec, "\(kind)")
                        #expect(directory.names == [name], "\(kind)")
                    }
                }
            }
        }
    }

    @Test("a symlink to a live socket is not followed")
    func symlinkToSocket() async throws {
        try await withFrame { frame in
            try TemporaryDirectory.with { directory in
                symlink(frame.stampPath, directory.path(of: "stamp.sock"))
                let refused = try Refused([directory.path])
                #expect(refused.code == 69)
                #expect(fileStatus(frame.stampPath) != nil)
            }
        }
    }

    @Test("a directory that others may write is refused", arguments: [0o770, 0o720, 0o702, 0o777, 0o1777] as [mode_t])
    func writableByOthers(_ mode: mode_t) async throws {
        try await blocking {
            try TemporaryDirectory.with(mode: mode) { directory in
                let refused = try Refused([directory.path])
                #expect(refused.code == 77)
                #expect(refused.errors.contains("other users may write there"))
                #expect(directory.names == [])
            }
        }
    }

    @Test("a directory of another user is refused", .root)
    func ofAnotherUser() async throws {
        try await blocking {
            try TemporaryDirectory.with { directory in
                chown(directory.path, 65534, 65534)
                let refused = try Refused([directory.path])
                #expect(refused.code == 77)
            }
        }
    }

    @Test("a path that holds no directory, or a long one, is refused by what is wrong with it")
    func badPaths() async throws {
        try await blocking {
            try TemporaryDirectory.with { directory in
                let file = directory.path(of: "file")
                close(open(file, O_CREAT | O_WRONLY, 0o600))
                let missing = try Refused([directory.path(of: "missing")])
                #expect(missing.code == 71)
                #expect(missing.errors.contains("mkdir -m 0700"))
                let notDirectory = try Refused([file])
                #expect(notDirectory.code == 64)
                // sun_path: 107 bytes and a NUL; "/control.sock" takes 13 of them.
                let longest = directory.path + "/" + String(repeating: "d", count: 94 - directory.path.utf8.count - 1)
                mkdir(longest, 0o700)
                let frame = try FrameProcess(in: longest)
                defer { frame.end() }
                try frame.expectStamps(with: frame.startSession())
                let tooLong = try Refused([longest + "d"])
                #expect(tooLong.code == 64)
            }
        }
    }
}

/// A start that is expected to end by itself: its exit code and what it wrote.
struct Refused {
    let code: CInt
    let output: String
    let errors: String

    /// Starts it with these arguments behind `--socket-directory`.
    init(_ arguments: [String], launcher: [String] = []) throws {
        try self.init(launcher: launcher, all: ["--socket-directory"] + arguments)
    }

    init(launcher: [String] = [], all arguments: [String]) throws {
        let process = try ChildProcess(launcher + [FrameProcess.executable] + arguments)
        defer { process.end() }
        let ending = try process.wait()
        try process.errors.waitForEnd()
        try process.output.waitForEnd()
        code = if case .exited(let code) = ending { code } else { -1 }
        output = process.output.text
        errors = process.errors.text
    }
}
