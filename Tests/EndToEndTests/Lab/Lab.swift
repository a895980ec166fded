// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// A machine of a suite's own: a real systemd in private namespaces, where the units and this build's stampd are installed.
final class Lab: Sendable {
    struct Run {
        let code: CInt
        let output: String
        let errors: String
    }

    /// Its `/`, as seen from outside.
    let root: String
    private let directory: String

    private static let script = repository("Tests/EndToEndTests/Lab/machine/lab").path

    /// Why this machine cannot make a lab; nil where it can.
    static let obstacle: String? = {
        guard let check = try? run([script, "check"]) else { return "the lab's script cannot be run" }
        return check.code == 0 ? nil : check.errors.trimmingCharacters(in: .whitespacesAndNewlines)
    }()

    /// The version of this machine's systemd, which is the lab's too; nil where there is none.
    static let systemdVersion: Int? = (try? run(["systemctl", "--version"])).flatMap { run in
        run.output.firstMatch(of: #/^systemd ([0-9]+)/#).flatMap { Int($0.1) }
    }

    /// Boots it.
    init() throws {
        directory = "/tmp/stampd-lab.\(UUID().uuidString.prefix(8))"
        try Self.succeed([Self.script, "start", directory])
        root = try Self.succeed([Self.script, "root", directory]).output.trimmingCharacters(in: .newlines)
    }

    /// Ends all that runs in it.
    func end() { _ = try? Self.run([Self.script, "stop", directory]) }

    /// What goes in front of a command to run it in it as root, as a shell has it.
    var command: String { "'\(Self.script)' run '\(directory)'" }

    /// Runs a command in it as root, whatever comes of it.
    func attempt(_ command: [String], within seconds: Double = patience) throws -> Run {
        try Self.run([Self.script, "run", directory] + command, within: seconds)
    }

    /// Runs a command in it as root; what it printed.
    @discardableResult
    func run(_ command: String..., within seconds: Double = patience) throws -> String {
        try run(command, within: seconds)
    }

    /// The same.
    @discardableResult
    func run(_ command: [String], within seconds: Double = patience) throws -> String {
        let run = try attempt(command, within: seconds)
        try #require(run.code == 0, "\(command) in the lab: \(run.output)\(run.errors)")
        return run.output.trimmingCharacters(in: .newlines)
    }

    /// Puts a program or library of this machine's into it, without what a debugger wants.
    func put(program: String, at path: String) throws {
        try Self.succeed(["install", "-D", "--strip", program, root + path])
    }

    /// Writes a file in it.
    func put(_ text: String, at path: String) throws {
        let file = URL(filePath: root + path)
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try text.write(to: file, atomically: false, encoding: .utf8)
    }

    func remove(_ path: String) throws { try FileManager.default.removeItem(atPath: root + path) }

    @discardableResult
    private static func succeed(_ command: [String], within seconds: Double = patience) throws -> Run {
        let run = try run(command, within: seconds)
        try #require(run.code == 0, "\(command): \(run.errors)")
        return run
    }

    private static func run(_ command: [String], within seconds: Double = patience) throws -> Run {
        let process = try ChildProcess(command)
        defer { process.end() }
        let ending = try process.wait(within: seconds)
        try process.output.waitForEnd()
        try process.errors.waitForEnd()
        guard case .exited(let code) = ending else { throw WaitTimedOut(what: "\(command): \(ending)") }
        return Run(code: code, output: process.output.text, errors: process.errors.text)
    }
}

/// One machine for all tests of a suite; each leaves the service stopped.
struct InLab: SuiteTrait, TestScoping {
    @TaskLocal static var lab: Lab?

    /// Whether the service is installed there.
    var isInstalled = true

    func provideScope(
        for test: Test,
        testCase: Test.Case?,
        performing function: @Sendable () async throws -> Void
    ) async throws {
        let lab = try await Task.detached {
            try await boot()
        }.value
        defer { lab.end() }
        try await Self.$lab.withValue(lab) { try await function() }
    }

    private func boot() async throws -> Lab {
        var booted: Lab?
        try await blocking { booted = try Lab() }
        let lab = try #require(booted)
        do { try await blocking { if isInstalled { try lab.install() } } } catch {
            lab.end()
            throw error
        }
        return lab
    }
}

extension Trait where Self == InLab {
    static var inLab: Self { Self() }
    static var inBareLab: Self { Self(isInstalled: false) }
}

/// Runs `body` on the suite's machine, where nothing of stampd's runs before or after.
func withLab(_ body: (Lab) throws -> Void) async throws {
    let lab = try #require(InLab.lab)
    try await blocking {
        defer { lab.clear() }
        try body(lab)
    }
}
