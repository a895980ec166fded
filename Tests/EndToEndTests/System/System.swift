// SPDX-License-Identifier: Apache-2.0
import Foundation

/// What the tests of whole systems share: real processes, in a directory of each test's own.
enum System {
    /// Runs `body` with a new directory where waiting for a process holds up nobody else's test, and removes it.
    static func withDirectory(_ body: (TemporaryDirectory) async throws -> Void) async throws {
        try await withTaskExecutorPreference(BlockingExecutor()) {
            let directory = try TemporaryDirectory()
            defer { directory.remove() }
            try await body(directory)
        }
    }

    /// Runs `body` with a frame of its own.
    static func withFrame(_ options: [String] = [], _ body: (FrameProcess) async throws -> Void) async throws {
        try await withDirectory { directory in
            let frame = try FrameProcess(in: directory.path, options)
            defer { frame.end() }
            try await body(frame)
        }
    }

    /// Runs `body` with a frame and a sandbox, each a process of its own.
    static func withStage(
        sandbox options: [String] = [],
        frame frameOptions: [String] = [],
        _ body: (Stage) async throws -> Void
    ) async throws {
        try await withFrame(frameOptions) { frame in
            let sandbox = try Sandbox(in: frame.directory, options)
            defer { sandbox.process.end() }
            try await body(Stage(frame: frame, sandbox: sandbox))
        }
    }

    /// As `withStage`, of a frame with this configuration, a JSON text.
    static func withStage(configuration: String, _ body: (Stage) async throws -> Void) async throws {
        try await withDirectory { directory in
            let file = try ConfigurationFile(configuration, in: directory.path)
            try await withStage(frame: ["--configuration", file.path], body)
        }
    }

    /// A program that was built beside this test.
    static func program(_ name: String) -> String {
        URL(filePath: FrameProcess.executable).deletingLastPathComponent().appending(path: name).path
    }

    /// Asks until there is an answer or patience ends: for what cannot be waited for in another way.
    static func poll<Answer>(_ what: String, _ ask: () async throws -> Answer?) async throws -> Answer {
        let end = ContinuousClock.now + .seconds(patience)
        while ContinuousClock.now < end {
            if let answer = try await ask() { return answer }
            try await Task.sleep(for: .milliseconds(10))
        }
        throw WaitTimedOut(what: what)
    }
}
