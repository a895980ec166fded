// SPDX-License-Identifier: Apache-2.0
import Foundation

/// One run of the program that was built beside these tests.
struct StampctlProcess: Sendable {
    let status: Int32
    let output: String
    let errors: String

    /// Runs `stampctl` with nothing of this process's environment but PATH, and waits without a thread for its end. Its standard
    /// output goes to the file at `outputPath`, or where that is nil, to `output`.
    init(
        _ arguments: [String],
        input: Data = Data(),
        environment: [String: String] = [:],
        outputPath: String? = nil
    ) async throws {
        let directory = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
        let (process, standardInput) = (Process(), Pipe())
        let (standardOutput, standardError) = (Pipe(), Pipe())
        process.executableURL = directory.appending(path: "stampctl")
        process.arguments = arguments
        process.environment = environment.merging(["PATH": "/usr/bin:/bin"]) { given, _ in given }
        process.standardInput = standardInput
        if let outputPath {
            process.standardOutput = FileHandle(forWritingAtPath: outputPath)
            try standardOutput.fileHandleForWriting.close()
        } else {
            process.standardOutput = standardOutput
        }
        process.standardError = standardError
        let (ends, ended) = AsyncStream.makeStream(of: Int32.self)
        process.terminationHandler = { ended.yield($0.terminationStatus) }
        try process.run()
        try standardInput.fileHandleForWriting.write(contentsOf: input)
        try standardInput.fileHandleForWriting.close()
        async let output = Self.read(standardOutput.fileHandleForReading)
        async let errors = Self.read(standardError.fileHandleForReading)
        (self.output, self.errors) = await (output, errors)
        status = await ends.first { _ in true } ?? -1
    }

    /// On a thread of its own: tests share few, and none may be held up.
    private static func read(_ handle: FileHandle) async -> String {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                let data = (try? handle.readToEnd()) ?? Data()
                try? handle.close()
                continuation.resume(returning: String(decoding: data, as: UTF8.self))
            }
        }
    }
}
