// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@Suite("turnkey-demo", .timeLimit(.minutes(15)))
struct DemoRunTests {
    @Test("shows each step, exits 0, and leaves no process and no file behind")
    func run() async throws {
        try await System.withDirectory { directory in
            let demo = try ChildProcess([System.program("turnkey-demo")], environment: ["TMPDIR": directory.path])
            defer { demo.end() }
            let ending = try demo.wait()
            try demo.output.waitForEnd()
            #expect(ending == .exited(0), "\(demo.output.text)\(demo.errors.text)")
            #expect(steps(of: demo.output.text) == Self.steps)
            #expect(directory.names == [])
            #expect(try processes(naming: directory.path) == [])
        }
    }

    @Test("says what is missing, exits 1, and leaves nothing behind, where a step cannot be done")
    func failure() async throws {
        try await System.withDirectory { directory in
            // Too long for a socket's path.
            let deep = directory.path(of: String(repeating: "d", count: 100))
            try FileManager.default.createDirectory(atPath: deep, withIntermediateDirectories: false)
            let demo = try ChildProcess([System.program("turnkey-demo")], environment: ["TMPDIR": deep])
            defer { demo.end() }
            #expect(try demo.wait() == .exited(1))
            try demo.errors.waitForEnd()
            #expect(demo.errors.text.hasPrefix("turnkey-demo: "))
            #expect(try FileManager.default.contentsOfDirectory(atPath: deep) == [])
            #expect(try processes(naming: directory.path) == [])
        }
    }

    private static let steps = [
        "→ A sandbox of Turnkey's API and a frame run, each a process of its own",
        "→ A passkey, made of software here, is registered for the user",
        "→ One approval logs in: the session's key is born in the frame, and never leaves it",
        "→ The frame stamps reads and writes without asking the user",
        "→ A refresh goes on with a new key, which the old key registers; the user is not asked",
        "→ The page's way, besides: a key that is made outside arrives in a sealed bundle",
        "→ Both sessions, with their remaining life",
        "→ The page's session nears its end, and expires: the frame wipes the key and says so",
        "→ Its active client is the passkey again; the other session lives",
        "→ A logout ends the session for everyone, and deletes its key at the API",
        "Done",
    ]

    /// The lines that are not indented.
    private func steps(of output: String) -> [String] {
        output.split(separator: "\n").map(String.init).filter { !$0.hasPrefix(" ") }
    }

    /// Identifiers of the processes whose command line or environment has `text`.
    private func processes(naming text: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: "/proc").filter { name in
            guard Int(name) != nil else { return false }
            return ["cmdline", "environ"].contains { file in
                let bytes = FileManager.default.contents(atPath: "/proc/\(name)/\(file)") ?? Data()
                return String(decoding: bytes, as: UTF8.self).contains(text)
            }
        }
    }
}
