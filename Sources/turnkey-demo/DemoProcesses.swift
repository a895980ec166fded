// SPDX-License-Identifier: Apache-2.0
import Foundation
import StampClient

/// What `turnkey-sandbox` writes to its ready file.
struct Sandbox: Decodable {
    let baseUrl: String
    let organizationId: String
    let userId: String
    let username: String
    let apiPrivateKey: String
    let rpId: String
    let notarizerPublicKey: String
}

/// The demo's processes and their common directory. `clear` ends and removes them.
struct DemoProcesses {
    let sandbox: Sandbox
    let frame: ControlClient
    let socketDirectory: String
    private let directory: URL
    private let processes: [Process]

    /// Starts both processes from the directory of this program, and returns when both answer.
    static func set() async throws -> DemoProcesses {
        let directory = try makeDirectory()
        var processes: [Process] = []
        do {
            let ready = directory.appending(path: "sandbox.json")
            processes.append(try start("turnkey-sandbox", ["--port", "0", "--ready-file", ready.path()], directory))
            processes.append(try start("stampd", ["--socket-directory", directory.path()], directory))
            let sandbox = try await waitForSandbox(ready, processes[0])
            let frame = ControlClient(FrameAddress(socketDirectory: directory.path()))
            try await waitForFrame(frame, processes[1])
            return DemoProcesses(
                sandbox: sandbox,
                frame: frame,
                socketDirectory: directory.path(),
                directory: directory,
                processes: processes
            )
        } catch {
            clear(processes, directory)
            throw error
        }
    }

    func clear() { Self.clear(processes, directory) }

    private static func clear(_ processes: [Process], _ directory: URL) {
        // All are told to end before one is waited for: stampd closes the descriptor by which Foundation watches it,
        // and Foundation then waits for its end before it notices any other's.
        for process in processes where process.isRunning { process.terminate() }
        for process in processes { process.waitUntilExit() }
        try? FileManager.default.removeItem(at: directory)
    }

    /// Not writable by others, as a frame demands.
    private static func makeDirectory() throws -> URL {
        let url = FileManager.default.temporaryDirectory.appending(path: "turnkey-demo-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(
            at: url,
            withIntermediateDirectories: false,
            attributes: [.posixPermissions: 0o700]
        )
        return url
    }

    private static func start(_ name: String, _ arguments: [String], _ directory: URL) throws -> Process {
        let program = Bundle.main.bundleURL.appending(path: name)
        let log = directory.appending(path: "\(name).log")
        guard FileManager.default.createFile(atPath: log.path(), contents: nil) else {
            throw DemoError.unexpected("\(log.path()) cannot be written")
        }
        let process = Process()
        process.executableURL = program
        process.arguments = arguments
        process.standardInput = FileHandle.nullDevice
        process.standardError = try FileHandle(forWritingTo: log)
        try process.run()
        return process
    }

    private static func waitForSandbox(_ ready: URL, _ process: Process) async throws -> Sandbox {
        try await wait(for: process) {
            guard let data = try? Data(contentsOf: ready) else { return nil }
            return try StrictJSON.decode(Sandbox.self, from: data)
        }
    }

    private static func waitForFrame(_ frame: ControlClient, _ process: Process) async throws {
        try await wait(for: process) {
            do throws(StampError) {
                _ = try await frame.getStatus()
                return ()
            } catch .noFrame {
                return nil
            }
        }
    }

    /// Asks until there is an answer: at most a minute, and only while the process runs.
    private static func wait<Answer>(for process: Process, _ ask: () async throws -> Answer?) async throws -> Answer {
        let limit = ContinuousClock.now + .seconds(60)
        while ContinuousClock.now < limit, process.isRunning {
            if let answer = try await ask() { return answer }
            try await Task.sleep(for: .milliseconds(20))
        }
        throw DemoError.unexpected("\(process.executableURL?.lastPathComponent ?? "a process") does not answer")
    }
}
