// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@Suite("calls made in another process", .serialized, .timeLimit(.minutes(15)), .injectsCalls)
struct SystemCallInjectorTests {
    private static let getpid = InjectedCall("getpid", x86: 39, arm: 172)

    @Test("the extended state is never set: it is the same before and after, byte for byte")
    func extendedState() async throws {
        try await withFrame { frame in
            // What libcrypto left in the vector registers.
            try frame.expectStamps(with: frame.startSession())
            let opening = InjectedCall("openat", x86: 257, arm: 56, -100, "/proc/self/status", 0)
            let injection = try SystemCallInjector.inject([opening, Self.getpid], into: frame.pid)
            #expect(injection.outcomes.last == .returned(Int(frame.pid)))
            let (before, after) = injection.extendedState
            // 512 bytes are the least that an architecture of ours has.
            #expect(before.count >= 1024)
            #expect(before.contains { $0 != "0" })
            #expect(after == before)
        }
    }

    @Test("a call gets its texts and numbers, and its caller waits on in the call that it was in")
    func arguments() async throws {
        try await blocking {
            let reader = try ChildProcess(["/usr/bin/python3", "-c", "import os; os.read(os.pipe()[0], 1)"])
            defer { reader.end() }
            let waiting = try Self.waitUntilItReads(reader)
            let calls: [InjectedCall] = [
                .init("openat", x86: 257, arm: 56, -100, "/dev/null", 0),
                .init("openat", x86: 257, arm: 56, -100, "/dev/no such file", 0),
                .init("faccessat", x86: 269, arm: 48, -100, "/dev/null", 4), .init("close", x86: 3, arm: 57, -1),
                .init("prctl", x86: 157, arm: 167, 15, "renamed", 0, 0, 0), Self.getpid,
            ]
            for file in 5..<8 {
                let outcomes = try SystemCallInjector.inject(calls, into: reader.pid).outcomes
                #expect(
                    outcomes == [
                        .returned(file), .failed(ENOENT), .returned(0), .failed(EBADF), .returned(0),
                        .returned(Int(reader.pid)),
                    ]
                )
                let name = try String(contentsOfFile: "/proc/\(reader.pid)/comm", encoding: .utf8)
                #expect(name == "renamed\n")
                let waitingAgain = try Self.waitUntilItReads(reader)
                #expect(waitingAgain == waiting)
            }
        }
    }

    /// The call that it waits in, as the kernel tells: its number, arguments, stack pointer, and where it comes from.
    private static func waitUntilItReads(_ reader: ChildProcess) throws -> String {
        #if arch(x86_64)
        let read = "0 0x3 "
        #else
        let read = "63 0x3 "
        #endif
        var call = ""
        try waitUntil("a process that reads") {
            call = try String(contentsOfFile: "/proc/\(reader.pid)/syscall", encoding: .utf8)
            return call.hasPrefix(read)
        }
        return call
    }

    @Test("what cannot be made is an error, and no verdict: no process has the number")
    func noProcess() async throws {
        try await blocking {
            let ended = try ChildProcess(["true"])
            #expect(try ended.wait() == .exited(0))
            for pid in [ended.pid, 0] {
                #expect(throws: SystemCallInjector.Failure.self) {
                    try SystemCallInjector.inject([Self.getpid], into: pid)
                }
            }
        }
    }

    @Test("what cannot be made is an error, and no verdict: another one traces the process", .strace)
    func traced() async throws {
        try await blocking {
            let strace = try ChildProcess(["strace", "-o", "/dev/null", "sh", "-c", "echo $$; exec sleep 3600"])
            defer { strace.end() }
            try strace.output.wait("a process number") { $0.contains("\n") }
            let traced = try #require(pid_t(strace.output.text.trimmingCharacters(in: .newlines)))
            // It would outlive who traces it.
            defer { kill(traced, SIGKILL) }
            #expect(throws: SystemCallInjector.Failure.self) {
                try SystemCallInjector.inject([Self.getpid], into: traced)
            }
            #expect(!strace.hasEnded)
        }
    }

    @Test("a process that exits by its call has not been ended by a signal: an error")
    func exit() async throws {
        try await blocking {
            let sleeper = try ChildProcess(["sh", "-c", "echo ready; exec sleep 3600"])
            defer { sleeper.end() }
            try sleeper.output.wait("the sleeper") { $0.contains("ready") }
            #expect(throws: SystemCallInjector.Failure.self) {
                try SystemCallInjector.inject([.init("exit_group", x86: 231, arm: 94, 0)], into: sleeper.pid)
            }
            #expect(try sleeper.wait() == .exited(0))
        }
    }
}
