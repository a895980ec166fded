// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@Suite("Soak/run.py", .serialized, .timeLimit(.minutes(15)))
struct SoakTests {
    @Test(
        "a frame that is used in every way loses nothing and does not grow, over reloads and restarts with kept state"
    )
    func sound() async throws {
        try await Self.soak(FrameProcess.executable, seconds: 20) { ending, text in
            #expect(ending == .exited(0), "\(text)")
            #expect(
                text.contains("\n20 s, 12 reloads, 4 restarts: ") && text.hasSuffix(" records, 0 wrong\n"),
                "\(text)"
            )
        }
    }

    /// A function of C's that a frame calls, and what it does instead.
    struct Flaw: CustomTestStringConvertible {
        let testDescription: String
        let code: String
        let finding: String
    }

    @Test(
        "finds a frame that",
        arguments: [
            Flaw(
                testDescription: "keeps memory of each message",
                code: """
                    ssize_t recv(int s, void *b, size_t n, int f) {
                        memset(malloc(8192), 1, 8192);
                        return ((ssize_t (*)(int, void *, size_t, int))dlsym(RTLD_NEXT, "recv"))(s, b, n, f);
                    }
                    """,
                finding: "KiB of memory in a life more, of 512"
            ),
            Flaw(
                testDescription: "sends a reply twice",
                code: """
                    ssize_t send(int s, const void *b, size_t n, int f) {
                        static unsigned count;
                        ssize_t (*real)(int, const void *, size_t, int) = dlsym(RTLD_NEXT, "send");
                        if (memmem(b, n, "stampHeaderValue", 16) && ++count % 10 == 0) real(s, b, n, f);
                        return real(s, b, n, f);
                    }
                    """,
                finding: "another payload"
            ),
            Flaw(
                testDescription: "loses a record",
                code: """
                    long syscall(long number, ...) {
                        static unsigned count;
                        long a[6];
                        va_list list;
                        va_start(list, number);
                        for (int i = 0; i < 6; i++) a[i] = va_arg(list, long);
                        va_end(list);
                        if (number == SYS_sendmmsg && ++count % 10 == 0) return a[2];
                        return ((long (*)(long, ...))dlsym(RTLD_NEXT, "syscall"))(number, a[0], a[1], a[2], a[3], a[4], a[5]);
                    }
                    ssize_t send(int s, const void *b, size_t n, int f) {
                        static unsigned count;
                        if (memmem(b, n, "STAMPD_EVENT=stamp", 18) && ++count % 10 == 0) return n;
                        return ((ssize_t (*)(int, const void *, size_t, int))dlsym(RTLD_NEXT, "send"))(s, b, n, f);
                    }
                    """,
                finding: "the chain is broken at record"
            ),
        ]
    )
    func unsound(_ flaw: Flaw) async throws {
        let directory = try TemporaryDirectory()
        defer { directory.remove() }
        let headers = ["dlfcn.h", "stdarg.h", "string.h", "sys/socket.h", "sys/syscall.h"].map { "#include <\($0)>\n" }
            .joined()
        let library = try PreloadedLibrary(headers + flaw.code, in: directory)
        let program = try library.program(FrameProcess.executable, in: directory)
        try await Self.soak(program, seconds: 15) { ending, text in
            #expect(ending == .exited(1), "\(text)")
            #expect(text.contains(flaw.finding), "\(text)")
        }
    }

    private static func soak(
        _ program: String,
        seconds: Int,
        _ judge: @escaping @Sendable (ChildProcess.Ending, _ text: String) -> Void
    ) async throws {
        try await blocking {
            let run = [repository(".venv/bin/python").path, "-B", repository("Soak/run.py").path]
            let process = try ChildProcess(run + [program, "\(seconds)"])
            defer { process.end() }
            let ending = try process.wait(within: 180)
            try process.output.waitForEnd()
            judge(ending, process.output.text + process.errors.text)
        }
    }
}
