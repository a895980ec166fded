// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@Suite("Faults in a frame's life", .serialized, .timeLimit(.minutes(15)))
struct FaultsTests {
    @Test("a frame whose epoll or timers fail once ends in words, or goes on") func sound() async throws {
        try await Self.run(FrameProcess.executable) { ending, text in
            #expect(ending == .exited(0), "\(text)")
            #expect(text.contains("it refused to start, in words") && text.contains(" points, 0 wrong, "), "\(text)")
        }
    }

    @Test("no allocation of libcrypto's that fails makes a stamp that is none") func stamps() async throws {
        try await Self.run(FrameProcess.executable, "preloaded.py", ["libcrypto", "--stamp"]) { ending, text in
            #expect(ending == .exited(0), "\(text)")
            #expect(text.contains("libcrypto: stamp ") && text.contains(" points, 0 wrong, "), "\(text)")
        }
    }

    @Test("a frame ends in words where one of libcrypto's first allocations fails") func start() async throws {
        try await Self.run(FrameProcess.executable, "preloaded.py", ["libcrypto", "--until=64"]) { ending, text in
            #expect(ending == .exited(0), "\(text)")
            let counted = text.firstMatch(of: /128 +it refused to start, in words/)
            #expect(counted != nil && text.contains("128 points, 0 wrong, "), "\(text)")
        }
    }

    @Test("finds a frame that then ends without a word, as if all were well") func unsound() async throws {
        let directory = try TemporaryDirectory()
        defer { directory.remove() }
        let code = """
            #include <dlfcn.h>
            int epoll_create1(int flags) {
                int made = ((int (*)(int))dlsym(RTLD_NEXT, "epoll_create1"))(flags);
                if (made < 0) _exit(0);
                return made;
            }
            """
        let program = try PreloadedLibrary(code, in: directory).program(FrameProcess.executable, in: directory)
        try await Self.run(program) { ending, text in
            #expect(ending == .exited(1), "\(text)")
            #expect(text.contains("it ended before it served, as if all were well"), "\(text)")
        }
    }

    private static func run(
        _ program: String,
        _ script: String = "run.py",
        _ arguments: [String] = ["--first", "epoll_create1", "timerfd_settime"],
        _ judge: @escaping @Sendable (ChildProcess.Ending, _ text: String) -> Void
    ) async throws {
        try await blocking {
            let run = [repository(".venv/bin/python").path, "-B", repository("Faults/\(script)").path, program]
            let process = try ChildProcess(run + arguments)
            defer { process.end() }
            let ending = try process.wait(within: 240)
            try process.output.waitForEnd()
            judge(ending, process.output.text + process.errors.text)
        }
    }
}
