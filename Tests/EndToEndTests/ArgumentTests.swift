// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// What a preloaded library, or a missing /proc, could hide from a program.
@Suite("the arguments of a program", .serialized, .timeLimit(.minutes(15)))
struct ArgumentTests {
    /// What a library does to the environment before main.
    enum Meddling: CaseIterable {
        case setting
        case clearing
        case puttingConstants
        case replacing

        private var code: String {
            switch self {
            case .setting:
                """
                char name[32];
                for (int n = 0; n < 200; n++) {
                    snprintf(name, sizeof name, "PRELOADED_%d", n);
                    setenv(name, "a value", 1);
                }
                """
            case .clearing: "clearenv();"
            case .puttingConstants:
                """
                for (int n = 0; n < 200; n++) putenv((char *)"PRELOADED=a constant");
                unsetenv("PATH");
                """
            case .replacing:
                """
                static char *other[] = {"PRELOADED=1", 0};
                environ = other;
                """
            }
        }

        func launcher(in directory: TemporaryDirectory) throws -> [String] {
            try PreloadedLibrary(
                "__attribute__((constructor)) static void meddle(void) { \(code) }",
                in: directory,
                variables: ["TOKEN=\(payloadMarker)"]
            ).launcher
        }
    }

    private static let programs = ["stampd", "stampctl", "turnkey-sandbox", "stampd-evidence"]

    private static func run(_ command: [String]) throws -> (ending: ChildProcess.Ending, errors: String) {
        let process = try ChildProcess(command)
        defer { process.end() }
        let ending = try process.wait()
        try process.errors.waitForEnd()
        return (ending, process.errors.text)
    }

    /// Each program by an argument that it refuses, and by name.
    private static func expectRefusals(behind launcher: [String]) throws {
        let rows = [
            (["stampd", "--nope"], "stampd: there is no option --nope"),
            (["stampctl", "lock", "--nope"], "stampctl: unknown option '--nope'"),
            (["turnkey-sandbox", "--ready-file", "/nowhere", "--nope"], "turnkey-sandbox: unknown option '--nope'"),
            (["stampd-evidence", "--nope"], "stampd-evidence: it takes UNIT SOCKET KEY"),
        ]
        for (command, message) in rows {
            let run = try run(launcher + [System.program(command[0])] + command.dropFirst())
            #expect(run.ending == .exited(64), "\(command)")
            #expect(run.errors.hasPrefix(message), "\(run.errors)")
        }
    }

    @Test("each program says the version that is packaged", arguments: programs)
    func version(of name: String) async throws {
        try await blocking {
            let process = try ChildProcess([System.program(name), "--version"])
            defer { process.end() }
            try process.output.waitForEnd()
            #expect(process.output.text == (name == "stampd" ? "stampd " : "") + "\(projectVersion)\n")
        }
    }

    @Test("are found though a preloaded library has changed the environment", arguments: Meddling.allCases)
    func preloaded(_ meddling: Meddling) async throws {
        try await blocking {
            try TemporaryDirectory.with { try Self.expectRefusals(behind: meddling.launcher(in: $0)) }
        }
    }

    @Test("are obeyed", arguments: Meddling.allCases)
    func obeyed(_ meddling: Meddling) async throws {
        try await blocking {
            try TemporaryDirectory.with { directory in
                let launcher = try meddling.launcher(in: directory)
                let frame = try FrameProcess(in: directory.path, launcher: launcher)
                defer { frame.end() }
                let stampctl = launcher + [System.program("stampctl"), "lock", "--socket-directory", frame.directory]
                #expect(try Self.run(stampctl) == (.exited(0), ""))
                let status = try frame.stampClient().stamper("GetStatus")
                #expect(status.object("status")["locked"] as? Bool == true, "\(status.parameters)")
                #expect(try frame.stop() == .exited(0))
            }
        }
    }

    @Test(
        "and what else the starter gave is gone, whatever the library did to the environment",
        .enabled(if: geteuid() == 0, "only root sees a frame's environment"),
        arguments: Meddling.allCases
    )
    func environment(_ meddling: Meddling) async throws {
        try await blocking {
            try TemporaryDirectory.with { directory in
                let frame = try FrameProcess(in: directory.path, launcher: meddling.launcher(in: directory))
                defer { frame.end() }
                let environment = try #require(FileManager.default.contents(atPath: "/proc/\(frame.pid)/environ"))
                #expect(!environment.isEmpty)
                #expect(environment.allSatisfy { $0 == 0 })
            }
        }
    }

    @Test("are found where there is no /proc", .enabled(if: geteuid() == 0, "only root mounts over /proc"))
    func withoutProc() async throws {
        try await blocking {
            let script = #"mount -t tmpfs none /proc && test ! -e /proc/self && exec "$@""#
            try Self.expectRefusals(behind: ["unshare", "--mount", "sh", "-c", script, "sh"])
        }
    }

    @Test("that cannot be found are an error, and nothing is done")
    func lost() async throws {
        try await blocking {
            try TemporaryDirectory.with { directory in
                // The linker's word on where they are, overruled.
                let code = "static unsigned long nothing[2];\nvoid *__libc_stack_end = nothing;"
                let launcher = try PreloadedLibrary(code, in: directory).launcher
                for name in Self.programs {
                    let run = try Self.run(launcher + [System.program(name), "--version"])
                    #expect(run.ending == .exited(71))
                    #expect(run.errors == "\(name): the arguments are not where the kernel puts them\n")
                }
            }
        }
    }
}
