// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation
import Testing

/// A key that is known to the test, searched for wherever it could turn up.
@Suite("a canary key", .serialized, .timeLimit(.minutes(15)))
struct CanaryTests {
    enum End: String, CaseIterable, CustomTestStringConvertible {
        case endSession = "EndSession"
        case reset = "ResetEmbeddedKey"
        case signal = "SIGUSR1"
        case deadline = "the deadline"
        var testDescription: String { rawValue }
    }

    @Test(
        "is in the memory while its session lives, and nowhere in it afterwards",
        .seesIntoFrames,
        arguments: End.allCases
    )
    func memory(_ end: End) async throws {
        try await withFrame { frame in
            let credential = try frame.startSession(seconds: end == .deadline ? 20 : 900)
            let forms = KeyForm.all(of: credential.key.rawRepresentation)
            try frame.expectStamps(with: credential)
            let alive = try FrameMemory(pid: frame.pid).search(for: forms)
            // Found as it must be, raw, which proves the search; and in no text form.
            #expect(alive.contains { $0.contains("-endian") })
            #expect(!alive.contains { !$0.contains("-endian") })
            let ordinary = try FrameMemory(pid: frame.pid).search(for: forms, in: .ordinary)
            #expect(ordinary == [])
            switch end {
            case .endSession: try frame.controlClient().control("EndSession")
            case .reset: try frame.controlClient().control("ResetEmbeddedKey")
            case .signal: frame.process.send(SIGUSR1)
            case .deadline: break
            }
            try frame.waitForLog(end == .deadline ? "session default expired" : "session default ended")
            let left = try FrameMemory(pid: frame.pid).search(for: forms)
            #expect(left == [])
        }
    }

    @Test("is not in what /proc tells, not in the log, and not in what a crash leaves", arguments: [SIGSEGV, SIGABRT])
    func traces(_ signal: CInt) async throws {
        try await withFrame { frame in
            let credential = try frame.startSession()
            let forms = KeyForm.all(of: credential.key.rawRepresentation)
            try frame.expectStamps(with: credential)
            for name in ["cmdline", "environ", "status", "stat", "comm", "wchan", "syscall", "stack"] {
                guard let text = FileManager.default.contents(atPath: "/proc/\(frame.pid)/\(name)") else { continue }
                for form in forms { #expect(text.range(of: form.bytes) == nil, "/proc/PID/\(name)") }
            }
            frame.process.send(signal)
            let ending = try frame.process.wait()
            #expect(ending == .killed(by: signal))
            try frame.process.errors.waitForEnd()
            let log = Data(frame.log.utf8)
            for form in forms { #expect(log.range(of: form.bytes) == nil, "the log") }
            let directory = try FileManager.default.contentsOfDirectory(atPath: frame.directory)
            #expect(!directory.contains { $0.hasPrefix("core") })
        }
    }
}
