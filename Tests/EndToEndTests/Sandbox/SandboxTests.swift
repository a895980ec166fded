// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@Suite("the sandbox from inside", .serialized, .timeLimit(.minutes(15)))
struct SandboxTests {
    @Test("run by hand it has one thread, a filter, and no new privileges")
    func status() async throws {
        try await withFrame(["--require-sandbox"]) { frame in
            let names = ["Threads", "Seccomp", "NoNewPrivs", "CoreDumping"]
            let values = try names.map { try frame.status($0) }
            #expect(values == [1, 2, 1, 0])
            #expect(!frame.log.contains("no Landlock"))
        }
    }

    @Test("nothing is left of its starter's environment", .seesIntoFrames)
    func environment() async throws {
        let token = "stampd-test-\(UUID().uuidString)"
        try await withFrame(environment: ["TOKEN": token]) { frame in
            let environment = try #require(FileManager.default.contents(atPath: "/proc/\(frame.pid)/environ"))
            #expect(!environment.isEmpty)
            #expect(environment.allSatisfy { $0 == 0 })
        }
    }

    @Test("what the service manager tells a service stays, and nothing beside it", .seesIntoFrames)
    func keptEnvironment() async throws {
        try await withFrame(environment: ["JOURNAL_STREAM": "1:2", "WATCHDOG_USEC_": "5"]) { frame in
            let environment = try #require(FileManager.default.contents(atPath: "/proc/\(frame.pid)/environ"))
            let left = environment.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
            #expect(left == ["JOURNAL_STREAM=1:2"])
        }
    }

    @Test("files, sockets, processes and code are refused to the frame itself", .injectsCalls)
    func refusals() async throws {
        let rows: [(InjectedCall, CInt)] = [
            // Landlock: nothing of the disk, but /proc.
            (.init("openat", x86: 257, arm: 56, -100, "/etc/group", 0), EACCES),
            (.init("openat", x86: 257, arm: 56, -100, "/", 0), EACCES),
            (.init("openat", x86: 257, arm: 56, -100, "/dev/null", 0), EACCES),
            (.init("openat", x86: 257, arm: 56, -100, "/proc/self/mem", 2), EPERM),
            (.init("openat", x86: 257, arm: 56, -100, "/tmp/stampd-test-new", 0o101, 0o600), EPERM),
            (.init("open", x86: 2, arm: nil, "/etc/passwd", 0), EPERM),
            (.init("unlink", x86: 87, arm: nil, "/etc/passwd"), EPERM),
            (.init("mkdirat", x86: 258, arm: 34, -100, "/tmp/stampd-test-new", 0o700), EPERM),
            (.init("mkdir", x86: 83, arm: nil, "/tmp/stampd-test-new", 0o700), EPERM),
            (.init("renameat2", x86: 316, arm: 276, -100, "/tmp", -100, "/tmp2", 0), EPERM),
            (.init("rename", x86: 82, arm: nil, "/tmp", "/tmp2"), EPERM),
            (.init("linkat", x86: 265, arm: 37, -100, "/etc/passwd", -100, "/tmp/stampd-test-new", 0), EPERM),
            (.init("link", x86: 86, arm: nil, "/etc/passwd", "/tmp/stampd-test-new"), EPERM),
            // The network, and other daemons' streams.
            (.init("socket", x86: 41, arm: 198, 2, 1, 0), EPERM), (.init("socket", x86: 41, arm: 198, 2, 2, 0), EPERM),
            (.init("socket", x86: 41, arm: 198, 10, 1, 0), EPERM),
            (.init("socket", x86: 41, arm: 198, 16, 3, 0), EPERM),
            (.init("socket", x86: 41, arm: 198, 1, 1, 0), EPERM), (.init("bind", x86: 49, arm: 200, 0, 0, 0), EPERM),
            (.init("listen", x86: 50, arm: 201, 0, 1), EPERM),
            // Code, posture, other processes.
            (.init("mmap", x86: 9, arm: 222, 0, 4096, 5, 0x22, -1, 0), EPERM),
            (.init("mmap", x86: 9, arm: 222, 0, 4096, 7, 0x22, -1, 0), EPERM),
            (.init("mprotect", x86: 10, arm: 226, .stack(multipleOf: 4096), 4096, 7), EPERM),
            (.init("prctl", x86: 157, arm: 167, 4, 1, 0, 0, 0), EPERM),
            (.init("fcntl", x86: 72, arm: 25, 0, 8, 1), EPERM), (.init("fcntl", x86: 72, arm: 25, 0, 10, 9), EPERM),
            (.init("setsockopt", x86: 54, arm: 208, 0, 1, 26, 0, 0), EPERM),
            (.init("kill", x86: 62, arm: 129, 1, 0), EPERM), (.init("tgkill", x86: 234, arm: 131, 1, 1, 0), EPERM),
            (.init("prlimit64", x86: 302, arm: 261, 0, 4, .stack(multipleOf: 8), 0), EPERM),
            (.init("pidfd_send_signal", x86: 424, arm: 424, 0, 0, 0, 0), EPERM),
            (.init("a call of the future", x86: 999, arm: 999), ENOSYS),
        ].filter { $0.0.number != nil }
        try await withFrame { frame in
            let outcomes = try SystemCallInjector.inject(rows.map(\.0), into: frame.pid).outcomes
            #expect(outcomes.count == rows.count)
            for (row, outcome) in zip(rows, outcomes) { #expect(outcome == .failed(row.1), "\(row.0)") }
            try frame.expectStamps("it still serves", with: frame.startSession())
        }
    }

    @Test("a file of its user's beside its own directory is not its to remove", .injectsCalls)
    func foreignFile() async throws {
        try await blocking {
            try TemporaryDirectory.with { directory in
                let file = directory.path(of: "file")
                try Data().write(to: URL(fileURLWithPath: file))
                mkdir(directory.path(of: "frame"), 0o700)
                let frame = try FrameProcess(in: directory.path(of: "frame"))
                defer { frame.end() }
                let unlink = InjectedCall("unlinkat", x86: 263, arm: 35, -100, .text(file), 0)
                let outcomes = try SystemCallInjector.inject([unlink], into: frame.pid).outcomes
                #expect(outcomes == [.failed(EACCES)])
                #expect(fileStatus(file) != nil)
            }
        }
    }

    @Test("what a frame needs is left to it, so that the refusals are no accident", .injectsCalls)
    func needs() async throws {
        let calls: [InjectedCall] = [
            .init("openat", x86: 257, arm: 56, -100, "/proc/self/status", 0),
            .init("socket", x86: 41, arm: 198, 1, 2, 0), .init("mmap", x86: 9, arm: 222, 0, 4096, 3, 0x22, -1, 0),
            .init("getpid", x86: 39, arm: 172),
        ]
        try await withFrame { frame in
            let outcomes = try SystemCallInjector.inject(calls, into: frame.pid).outcomes
            for (call, outcome) in zip(calls, outcomes) {
                guard case .returned = outcome else {
                    Issue.record("\(call): \(outcome)")
                    continue
                }
            }
            #expect(outcomes.last == .returned(Int(frame.pid)))
        }
    }

    @Test(
        "who starts a program, traces or reads another process, or leaves its name spaces, ends with the frame",
        .injectsCalls,
        arguments: [
            .init("execve", x86: 59, arm: 221, "/bin/true", 0, 0), .init("fork", x86: 57, arm: nil),
            .init("clone", x86: 56, arm: 220, 17, 0, 0, 0, 0), .init("ptrace", x86: 101, arm: 117, 0, 0, 0, 0),
            .init("process_vm_readv", x86: 310, arm: 270, 1, 0, 0, 0, 0, 0),
            .init("pidfd_getfd", x86: 438, arm: 438, 0, 0, 0), .init("unshare", x86: 272, arm: 97, 0),
            .init("setuid", x86: 105, arm: 146, 0), .init("io_uring_setup", x86: 425, arm: 425, 1, 0),
        ].filter { (call: InjectedCall) in call.number != nil }
    )
    func fatal(_ call: InjectedCall) async throws {
        try await withFrame { frame in
            let outcomes = try SystemCallInjector.inject([call], into: frame.pid).outcomes
            #expect(outcomes == [.killed(by: SIGSYS)])
            let ending = try frame.process.wait()
            #expect(ending == .killed(by: SIGSYS))
        }
    }

    @Test("its own sockets and lock are gone at the end, which Landlock lets it remove")
    func ownFiles() async throws {
        try await blocking {
            try TemporaryDirectory.with { directory in
                let frame = try FrameProcess(in: directory.path, ["--require-sandbox"])
                defer { frame.end() }
                #expect(try frame.stop() == .exited(0))
                #expect(directory.names == [])
            }
        }
    }

    static let walls = [("Landlock", "444,445,446"), ("seccomp filter", "317,277")]

    @Test(
        "a kernel without a wall: one line says so, the frame serves, and with --require-sandbox it does not start",
        arguments: walls
    )
    func degraded(_ wall: (name: String, numbers: String)) async throws {
        try await blocking {
            try TemporaryDirectory.with { directory in
                let script = repository("Tests/EndToEndTests/python/without_system_calls.py").path
                let launcher = ["python3", script, wall.numbers]
                let refused = try Refused([directory.path, "--require-sandbox"], launcher: launcher)
                #expect(refused.code == 71)
                #expect(refused.errors.hasPrefix("stampd: no \(wall.name): "))
                #expect(refused.errors.contains("\nhint: --require-sandbox "))
                #expect(directory.names == [])
                let frame = try FrameProcess(in: directory.path, launcher: launcher)
                defer { frame.end() }
                #expect(frame.log.components(separatedBy: "no \(wall.name): ").count == 2)
                try frame.expectStamps(with: frame.startSession())
                #expect(try frame.stop() == .exited(0))
                #expect(directory.names == [])
            }
        }
    }

    @Test("a program of the same user can neither trace it nor read its memory nor take its descriptors", .ordinaryUser)
    func sameUser() async throws {
        try await Unprivileged.withDirectory { unprivileged in
            let frame = try FrameProcess(in: unprivileged.directory, launcher: unprivileged.launcher)
            defer { frame.end() }
            // /tmp, where that user can read it.
            let script = "/tmp/\(UUID().uuidString).py"
            let source = repository("Tests/EndToEndTests/python/look_into.py")
            try FileManager.default.copyItem(atPath: source.path, toPath: script)
            defer { unlink(script) }
            chmod(script, 0o644)
            let probe = try ChildProcess(unprivileged.launcher + ["/usr/bin/python3", script, "\(frame.pid)"])
            defer { probe.end() }
            #expect(try probe.wait() == .exited(0))
            try probe.output.waitForEnd()
            let lines = probe.output.text.split(separator: "\n")
            #expect(lines.count == 11, "\(probe.output.text)")
            for line in lines {
                #expect(line.hasSuffix(": Permission denied") || line.hasSuffix(": Operation not permitted"), "\(line)")
            }
        }
    }
}
