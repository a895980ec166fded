// SPDX-License-Identifier: Apache-2.0
import FakeFrame
import Foundation
import Testing

@Suite("stampctl where the system gives little", .timeLimit(.minutes(15)))
struct ShortageTests {
    private static let program = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
        .appending(path: "stampctl").path

    /// Runs a shell script, which `timeout` ends where it hangs (124).
    private func run(_ script: String) async throws -> (status: Int32, errors: String) {
        let (process, errors) = (Process(), Pipe())
        process.executableURL = URL(filePath: "/usr/bin/timeout")
        process.arguments = ["60", "/bin/sh", "-c", script]
        process.environment = ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/nonexistent"]
        process.standardOutput = FileHandle.nullDevice
        process.standardError = errors
        let (ends, ended) = AsyncStream.makeStream(of: Int32.self)
        process.terminationHandler = { ended.yield($0.terminationStatus) }
        try process.run()
        let status = await ends.first { _ in true } ?? -1
        return (status, String(decoding: try errors.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self))
    }

    @Test(
        "any limit on descriptors ends in an error in words, never in a trap",
        arguments: [5, 6, 8, 10, 12, 16, 24, 256]
    )
    func descriptors(_ limit: Int) async throws {
        let frame = FakeFrame { peer in while peer.readCall() != nil { peer.send("{}") } }
        defer { frame.stop() }
        let run = try await run("ulimit -n \(limit); exec \(Self.program) status --socket-directory \(frame.directory)")
        #expect([4, 5, 69, 127].contains(run.status), "\(run)")
        if run.status == 69 { #expect(run.errors.contains("too few file descriptors"), "\(run.errors)") }
    }

    @Test(
        "any limit on threads ends in an error in words, never in a hang or a trap",
        .enabled(if: geteuid() == 0 && FileManager.default.isExecutableFile(atPath: "/usr/bin/setpriv"), "needs root"),
        arguments: [1, 2, 3, 4, 5, 8]
    )
    func threads(_ limit: Int) async throws {
        // The limit counts all of a user's threads, and holds for no user who may override it: one of its own.
        let user = 61_000 + limit
        let directory = FakeFrame.makeDirectory()
        let program = directory + "/stampctl"
        try FileManager.default.copyItem(atPath: Self.program, toPath: program)
        let run = try await run(
            "chmod 755 \(directory) \(URL(filePath: directory).deletingLastPathComponent().path); ulimit -u \(limit); "
                + "exec setpriv --reuid \(user) --regid \(user) --clear-groups \(program) status "
                + "--socket-directory /nonexistent"
        )
        #expect(run.status == 69, "\(run)")
        #expect(run.errors.contains("too few threads") || run.errors.contains("no frame at"), "\(run.errors)")
    }
}
