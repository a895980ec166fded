// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@Suite("the man pages", .serialized, .timeLimit(.minutes(15)))
struct ManPageTests {
    @Test(
        "a man page names the options, commands and exit codes that its program's help names, in its order",
        arguments: ["stampd.8", "stampctl.1", "turnkey-sandbox.1", "stampd-evidence.8"]
    )
    func sameAsHelp(_ page: String) async throws {
        let program = String(page.prefix { $0 != "." })
        try await blocking {
            let text = try String(contentsOf: repository("man/\(page)"), encoding: .utf8).replacing("\\-", with: "-")
            let help = try Self.help(of: program)
            let commands = Self.commands(in: help)
            #expect(text.matches(of: #/\n\.It Cm ([a-z]+)/#).map { String($0.1) } == commands)
            #expect(text.matches(of: #/\n\.It ([0-9]+)\n/#).compactMap { Int($0.1) } == Self.exitCodes(in: help))
            for command in commands {
                let names = Self.commands(in: try Self.help(of: program, "help", command))
                let choice = text.firstMatch(of: try Regex.choice(of: command)).map { String($0.1) }
                #expect((choice ?? "").components(separatedBy: " | ").filter { !$0.isEmpty } == names)
            }
            guard commands.isEmpty else { return }
            #expect(text.matches(of: #/\n\.It Fl (-[a-z-]+)/#).map { "-\($0.1)" } == Self.options(in: help))
        }
    }

    @Test(
        "man has no complaint about a man page",
        arguments: ["stampd.8", "stampctl.1", "turnkey-sandbox.1", "stampd-evidence.8", "stampd.json.5.in"]
    )
    func isWellFormed(_ page: String) async throws {
        try await blocking {
            let print = page.hasSuffix(".in") ? repository("man/fill").path : "cat"
            let check = "set -eu; page=$(\"$1\" \"$2\"); printf '%s\\n' \"$page\" | groff -mandoc -Tutf8 -ww -z"
            let process = try ChildProcess(["sh", "-c", check, "sh", print, repository("man/\(page)").path])
            #expect(try process.wait() == .exited(0))
            try process.errors.waitForEnd()
            #expect(process.errors.text == "")
        }
    }

    private static func help(of program: String, _ arguments: String...) throws -> String {
        let executable = URL(filePath: FrameProcess.executable).deletingLastPathComponent().appending(path: program)
        let process = try ChildProcess([executable.path] + (arguments.isEmpty ? ["--help"] : arguments))
        #expect(try process.wait() == .exited(0))
        try process.output.waitForEnd()
        return process.output.text
    }

    private static func options(in help: String) -> [String] {
        help.matches(of: #/\n  (?:-h, )?(--[a-z-]+)/#).map { String($0.1) }
    }

    private static func commands(in help: String) -> [String] {
        let list = help.components(separatedBy: "SUBCOMMANDS:\n").dropFirst().first ?? ""
        return list.matches(of: #/(?:^|\n)  ([a-z-]+) /#).map { String($0.1) }
    }

    private static func exitCodes(in help: String) -> [Int] {
        if let list = help.components(separatedBy: "EXIT STATUS:\n").dropFirst().first {
            return list.matches(of: #/(?:^|\n)  ([0-9]+) /#).compactMap { Int($0.1) }
        }
        let list = help.components(separatedBy: "Exit codes:").last?.components(separatedBy: "\n\n").first ?? ""
        return list.split { $0 == ";" || $0 == "," }.compactMap { part in
            part.split { $0 == " " || $0 == "\n" }.first.flatMap { Int($0) }
        }
    }
}

extension Regex where Output == (Substring, Substring) {
    /// The commands below `command`, as the page lists them.
    fileprivate static func choice(of command: String) throws -> Self {
        try Self("\\n\\.It Cm \(command) Brq Cm ([a-z| -]+)")
    }
}
