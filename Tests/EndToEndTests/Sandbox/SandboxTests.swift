// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@Suite("the sandbox from inside", .serialized, .timeLimit(.minutes(2)))
struct SandboxTests {
    @Test("run by hand it has one thread, a filter, no new privileges, and no environment of its starter's")
    func status() async throws {
        let token = "stampd-test-\(UUID().uuidString)"
        try await withFrame(["--require-sandbox"], environment: ["TOKEN": token]) { frame in
            let names = ["Threads", "Seccomp", "NoNewPrivs", "CoreDumping"]
            let values = try names.map { try frame.status($0) }
            #expect(values == [1, 2, 1, 0])
            #expect(!frame.log.contains("no Landlock"))
            guard let environment = FileManager.default.contents(atPath: "/proc/\(frame.pid)/environ") else {
                return print("skipped: only root sees a frame's environment")
            }
            #expect(!environment.isEmpty)
            #expect(environment.allSatisfy { $0 == 0 })
        }
    }

    @Test("what the service manager tells a service stays, and nothing beside it")
    func keptEnvironment() async throws {
        try await withFrame(environment: ["JOURNAL_STREAM": "1:2", "WATCHDOG_USEC_": "5"]) { frame in
            guard let environment = FileManager.default.contents(atPath: "/proc/\(frame.pid)/environ") else {
                return print("skipped: only root sees a frame's environment")
            }
            let left = environment.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
            #expect(left == ["JOURNAL_STREAM=1:2"])
        }
    }

    @Test("files, sockets, processes and code are refused to the frame itself")
    func refusals() async throws {
        let rows: [(String, CInt)] = [
            // Landlock: nothing of the disk, but /proc.
            (#"open("/etc/passwd", 0)"#, EACCES), (#"open("/", 0)"#, EACCES), (#"open("/dev/null", 0)"#, EACCES),
            (#"open("/proc/self/mem", 2)"#, EPERM), (#"open("/tmp/stampd-test-new", 65, 384)"#, EPERM),
            (#"unlink("/etc/passwd")"#, EPERM), (#"mkdir("/tmp/stampd-test-new", 448)"#, EPERM),
            (#"rename("/tmp", "/tmp2")"#, EPERM), (#"link("/etc/passwd", "/tmp/stampd-test-new")"#, EPERM),
            // The network, and other daemons' streams.
            ("socket(2, 1, 0)", EPERM), ("socket(2, 2, 0)", EPERM), ("socket(10, 1, 0)", EPERM),
            ("socket(16, 3, 0)", EPERM), ("socket(1, 1, 0)", EPERM), ("bind(0, 0, 0)", EPERM),
            ("listen(0, 1)", EPERM),
            // Code, posture, other processes.
            ("mmap(0, 4096, 5, 34, -1, 0)", EPERM), ("mmap(0, 4096, 7, 34, -1, 0)", EPERM),
            ("mprotect((long)$sp & ~4095, 4096, 7)", EPERM), ("prctl(4, 1, 0, 0, 0)", EPERM),
            ("fcntl(0, 8, 1)", EPERM), ("fcntl(0, 10, 9)", EPERM), ("setsockopt(0, 1, 26, 0, 0)", EPERM),
            (#"kill(1, 0)"#, EPERM), ("tgkill(1, 1, 0)", EPERM), ("setrlimit(4, $sp)", EPERM),
            ("syscall(424, 0, 0, 0, 0)", EPERM),
            ("syscall(999)", ENOSYS),
        ]
        try await withFrame { frame in
            try Debugger.with(frame) { debugger in
                let outcomes = try debugger.call(rows.map(\.0))
                for (row, outcome) in zip(rows, outcomes) { #expect(outcome == .failed(row.1), "\(row.0)") }
            }
            try frame.expectStamps("it still serves", with: frame.startSession())
        }
    }

    @Test("a file of its user's beside its own directory is not its to remove")
    func foreignFile() async throws {
        try await blocking {
            try TemporaryDirectory.with { directory in
                let file = directory.path(of: "file")
                try Data().write(to: URL(fileURLWithPath: file))
                mkdir(directory.path(of: "frame"), 0o700)
                let frame = try FrameProcess(in: directory.path(of: "frame"))
                defer { frame.end() }
                try Debugger.with(frame) { debugger in
                    let outcomes = try debugger.call([#"unlinkat(-100, "\#(file)", 0)"#])
                    #expect(outcomes == [.failed(EACCES)])
                }
                #expect(fileStatus(file) != nil)
            }
        }
    }

    @Test("what a frame needs is left to it, so that the refusals are no accident")
    func needs() async throws {
        try await withFrame { frame in
            try Debugger.with(frame) { debugger in
                let calls = [
                    #"open("/proc/self/status", 0)"#, "socket(1, 2, 0)", "mmap(0, 4096, 3, 34, -1, 0)", "getpid()",
                ]
                for (call, outcome) in zip(calls, try debugger.call(calls)) {
                    guard case .returned = outcome else {
                        Issue.record("\(call): \(outcome)")
                        continue
                    }
                }
            }
        }
    }

    @Test(
        "who starts a program, traces or reads another process, or leaves its name spaces, ends with the frame",
        arguments: [
            #"execve("/bin/true", 0, 0)"#, "fork()", "ptrace(0, 0, 0, 0)", "process_vm_readv(1, 0, 0, 0, 0, 0)",
            "syscall(438, 0, 0, 0)", "unshare(0)", "setuid(0)", "syscall(425, 1, 0)",
        ]
    )
    func fatal(_ call: String) async throws {
        try await withFrame { frame in
            try Debugger.with(frame) { debugger in
                let outcomes = try debugger.call([call])
                #expect(outcomes == [.ended])
                let ending = try frame.process.wait()
                #expect(ending == .killed(by: SIGSYS))
            }
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

    @Test("a program of the same user can neither trace it nor read its memory nor take its descriptors")
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
                #expect(line.hasSuffix(": Permission denied") || line.hasSuffix(": Operation not permitted"))
            }
        }
    }
}
