// SPDX-License-Identifier: Apache-2.0
import Foundation
import Glibc
import Testing

@testable import TurnkeySandbox

/// A running `turnkey-sandbox`, its output kept.
final class SandboxProcess {
    struct End: Sendable {
        let status: Int32
        let reason: Process.TerminationReason
        let output: String
        let log: String
    }

    struct NeverReady: Error {
        let log: String
    }

    private let process = Process()
    private let readyFile: URL
    private let ended: AsyncStream<Void>
    private let output: Pipe
    private let log: Pipe
    private var logged = ""

    /// Starts it in `directory`; `shellPrefix` is run first by the shell that then becomes the sandbox.
    init(
        in directory: URL,
        _ arguments: [String],
        readyFile: String? = nil,
        shellPrefix: String = ""
    ) throws {
        self.readyFile = readyFile.map { URL(filePath: $0) } ?? directory.appending(path: "ready.json")
        let executable = URL(filePath: CommandLine.arguments[0]).resolvingSymlinksInPath()
            .deletingLastPathComponent().appending(path: "turnkey-sandbox").path
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments =
            ["-c", "\(shellPrefix) exec \"$0\" \"$@\"", executable, "--ready-file", self.readyFile.path] + arguments
        process.currentDirectoryURL = directory
        let (ended, continuation) = AsyncStream.makeStream(of: Void.self)
        self.ended = ended
        process.terminationHandler = { _ in continuation.finish() }
        (output, log) = (Pipe(), Pipe())
        process.standardOutput = output
        process.standardError = log
        try process.run()
    }

    /// Reads the log until it says that the ready file is there; fails where the process ends before.
    func waitUntilReady() throws -> ReadyInformation {
        while !logged.contains("ready file written") {
            let chunk = log.fileHandleForReading.availableData
            guard !chunk.isEmpty else { throw NeverReady(log: logged) }
            logged += String(decoding: chunk, as: UTF8.self)
        }
        return try JSONDecoder().decode(ReadyInformation.self, from: try Data(contentsOf: readyFile))
    }

    func end(by signal: Int32) async -> End {
        kill(process.processIdentifier, signal)
        return await wait()
    }

    /// What it wrote fits into the pipes, so that it can end before it is read.
    func wait() async -> End {
        for await _ in ended {}
        return End(
            status: process.terminationStatus,
            reason: process.terminationReason,
            output: readToEnd(output),
            log: logged + readToEnd(log)
        )
    }

    private func readToEnd(_ pipe: Pipe) -> String {
        String(decoding: (try? pipe.fileHandleForReading.readToEnd()) ?? Data(), as: UTF8.self)
    }

    deinit {
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    }
}

/// A directory of the test's own, removed afterwards.
func withScratchDirectory<Value>(_ body: (URL) async throws -> Value) async throws -> Value {
    let directory = try makeScratchDirectory()
    defer { try? FileManager.default.removeItem(at: directory) }
    return try await body(directory)
}

private func makeScratchDirectory() throws -> URL {
    let directory = FileManager.default.temporaryDirectory.appending(path: "sandbox-\(UUID().text)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: false)
    return directory
}

func names(in directory: URL) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: directory.path).sorted()
}
