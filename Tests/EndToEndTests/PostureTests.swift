// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@Suite("posture", .serialized, .timeLimit(.minutes(15)))
struct PostureTests {
    @Test("no core may be made, whatever the starter allowed")
    func core() async throws {
        try await withFrame(launcher: ["prlimit", "--core=unlimited"]) { frame in
            let limits = try String(contentsOfFile: "/proc/\(frame.pid)/limits", encoding: .utf8)
            let line = try #require(limits.split(separator: "\n").first { $0.hasPrefix("Max core file size") })
            #expect(line.split { $0 == " " }.suffix(3) == ["0", "0", "bytes"])
        }
    }

    @Test("the process is not dumpable: what the kernel shows of it belongs to root, not to its user", .ordinaryUser)
    func notDumpable() async throws {
        try await Unprivileged.withDirectory { unprivileged in
            let frame = try FrameProcess(in: unprivileged.directory, launcher: unprivileged.launcher)
            defer { frame.end() }
            #expect(try frame.status("Uid") == Int(unprivileged.uid))
            #expect(fileStatus("/proc/\(frame.pid)/maps")?.st_uid == 0)
        }
    }

    @Test(
        "a crash ends it at once, without a word of registers or memory",
        arguments: [SIGSEGV, SIGABRT, SIGILL, SIGBUS]
    )
    func crash(_ signal: CInt) async throws {
        try await withFrame(environment: ["SWIFT_BACKTRACE": "enable=yes,color=no"]) { frame in
            try frame.startSession()
            try frame.waitForLog("session default started")
            let log = frame.log
            frame.process.send(signal)
            #expect(try frame.process.wait() == .killed(by: signal))
            try frame.process.errors.waitForEnd()
            #expect(frame.log == log)
        }
    }

    @Test(
        "where memory cannot be locked it does not start, and says what to do; told to, it starts and says so loudly",
        .ordinaryUser
    )
    func unlockedMemory() async throws {
        try await Unprivileged.withDirectory { unprivileged in
            let launcher = ["prlimit", "--memlock=0:0"] + unprivileged.launcher
            let refused = try Refused([unprivileged.directory], launcher: launcher)
            #expect(refused.code == 71)
            #expect(
                refused.errors == """
                    stampd: the memory for keys cannot be locked: it might be written to swap
                    hint: raise RLIMIT_MEMLOCK (ulimit -l) to 512 KiB or more; or accept it: --allow-unlocked-memory

                    """
            )
            let frame = try FrameProcess(
                in: unprivileged.directory,
                ["--allow-unlocked-memory"],
                launcher: launcher
            )
            defer { frame.end() }
            #expect(frame.log.contains("KEYS MAY REACH SWAP"))
        }
    }

    @Test("where libcrypto has been in use before it, its freed memory would not be wiped: it does not start")
    func usedLibcrypto() async throws {
        try await blocking {
            try TemporaryDirectory.with { directory in
                let code = """
                    extern void *CRYPTO_malloc(size_t, const char *, int);
                    __attribute__((constructor)) static void use(void) { CRYPTO_malloc(1, "", 0); }
                    """
                let library = try PreloadedLibrary(code, in: directory, linkedTo: ["crypto"])
                let refused = try Refused([directory.path], launcher: library.launcher)
                #expect(refused.code == 71)
                #expect(
                    refused.errors == """
                        stampd: libcrypto was in use before stampd began: its freed memory would not be wiped
                        hint: is there a library in LD_PRELOAD that uses it?

                        """
                )
            }
        }
    }

    @Test("started with its standard descriptors closed, it writes no line of its log to a peer")
    func closedDescriptors() async throws {
        try await blocking {
            try TemporaryDirectory.with { directory in
                let null = open("/dev/null", O_WRONLY | O_CLOEXEC)
                defer { close(null) }
                let closing = ["sh", "-c", #"exec "$@" 0<&- 1>&- 2>&-"#, "sh"]
                let frame = try FrameProcess(in: directory.path, launcher: closing, errors: null)
                defer { frame.end() }
                _ = try frame.waitUntilServing()
                let control = try frame.controlClient()
                for _ in 0..<10 {
                    for method in ["Lock", "Unlock"] { #expect(try control.control(method).summary == "ok") }
                }
                for descriptor in 0...2 {
                    let target = try FileManager.default.destinationOfSymbolicLink(
                        atPath: "/proc/\(frame.pid)/fd/\(descriptor)"
                    )
                    #expect(target == "/dev/null")
                }
                #expect(try frame.stop() == .exited(0))
            }
        }
    }
}

/// A way to run a process as a user without privileges, and a directory of that user's.
struct Unprivileged {
    /// Nobody; this process's own user where that has no privileges itself.
    static let uid: uid_t = geteuid() == 0 ? 65534 : geteuid()

    /// Goes in front of a program; nothing where the tests themselves have no privileges.
    static let launcher =
        geteuid() == 0 ? ["setpriv", "--reuid=\(uid)", "--regid=\(uid)", "--clear-groups"] : []

    let directory: String

    var uid: uid_t { Self.uid }
    var launcher: [String] { Self.launcher }

    static func withDirectory(_ body: (Unprivileged) throws -> Void) async throws {
        try await blocking {
            try TemporaryDirectory.with(mode: 0o711) { directory in
                let own = directory.path(of: "frame")
                mkdir(own, 0o700)
                if geteuid() == 0 { chown(own, uid, uid) }
                try body(Unprivileged(directory: own))
            }
        }
    }
}
