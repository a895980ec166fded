// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@Suite("stampctl at a real frame", .timeLimit(.minutes(15)))
struct StampctlCommandTests {
    @Test("each command, for people and for programs, in the order of a frame's life")
    func life() async throws {
        try await System.withFrame { frame in
            let ctl = Control(frame)
            #expect(try ctl.object("key", "init")["publicKey"] as? String == frame.initEmbeddedKey())
            try ctl.expectText(["key", "init"], contains: frame.initEmbeddedKey())
            #expect(try ctl.object("key", "show")["publicKey"] as? String == frame.initEmbeddedKey())
            try ctl.expectText(["key", "show"], contains: frame.initEmbeddedKey())

            let (text, json) = (Credential(), Credential())
            let bundle = try frame.bundle(of: text) + "\n"
            try ctl.expectText(["inject", "--session", "text"], input: bundle, contains: text.publicKey)
            let file = frame.directory + "/bundle"
            try Data(frame.bundle(of: json).utf8).write(to: URL(filePath: file))
            let injected = try ctl.object("inject", file, "--expect-public-key", json.publicKey)
            #expect(injected["publicKey"] as? String == json.publicKey)
            #expect(injected["name"] as? String == "default")

            #expect(try ctl.object("session", "show")["publicKey"] as? String == json.publicKey)
            try ctl.expectText(["session", "show", "--session", "text"], contains: text.publicKey)
            let list = try ctl.run(["session", "list", "--json"])
            #expect(list.status == 0)
            #expect(list.output.split(separator: "\n").count == 2)
            try ctl.expectText(["session", "list"], contains: text.publicKey)

            try activate(ctl)
            try ctl.expectText(["session", "end", "--session", "text"], contains: "")
            #expect(try ctl.run(["session", "show", "--session", "text"]).status == 3)

            try ctl.expectText(["lock"], contains: "")
            #expect(try ctl.object("status")["locked"] as? Bool == true)
            try ctl.expectText(["status"], contains: "locked")
            #expect(try ctl.run(["stamp"], input: "p").status == 4)
            try ctl.expectText(["unlock"], contains: "")
            try ctl.expectText(["stamp"], input: "p", contains: "X-Stamp: ")

            let refusal = try ctl.run(["key", "reset"])
            #expect(refusal.status == 64)
            #expect(refusal.errors.contains("hint: give --force"))
            try ctl.expectText(["key", "reset", "--force"], contains: "")
            let shown = try ctl.run(["key", "show"])
            #expect(shown.status == 3)
            #expect(shown.errors.contains("hint: make one with \"stampctl key init\""))
        }
    }

    private func activate(_ ctl: Control) throws {
        let born = try #require(try ctl.object("session", "create", "--session", "born")["publicKey"] as? String)
        let session = try ctl.object("session", "activate", born, "--user-id", "u", "--organization-id", "o")
        #expect(session["origin"] as? String == "generated")
        #expect([session["userId"] as? String, session["organizationId"] as? String] == ["u", "o"])
        let again = try ctl.run(["session", "activate", born])
        #expect(again.status == 5)
        #expect(again.errors.contains(born))
        let unused = try #require(try ctl.object("session", "create", "--session", "unused")["publicKey"] as? String)
        try ctl.expectText(["session", "drop", unused], contains: "")
        #expect(try ctl.run(["session", "activate", unused]).status == 5)
        #expect(try ctl.run(["session", "drop", born]).status == 0)
        #expect(try ctl.object("session", "show", "--session", "born")["publicKey"] as? String == born)
        let printed = try ctl.run(["session", "create", "--session", "text-born"])
        try ctl.expectText(
            ["session", "activate", printed.output.trimmingCharacters(in: .newlines)],
            contains: "text-born"
        )
    }

    @Test(
        "a payload is stamped byte for byte, from standard input and from a file",
        arguments: ["", "{}", "{}\n", "\n", " é🗝️\r\n\u{0}", String(repeating: "x", count: 300_000)]
    )
    func stamp(payload: String) async throws {
        try await System.withFrame { frame in
            let ctl = Control(frame)
            let credential = try frame.startSession()
            let file = frame.directory + "/payload"
            try Data(payload.utf8).write(to: URL(filePath: file))
            let text = try ctl.run(["stamp"], input: payload).output
            #expect(text.hasPrefix("X-Stamp: ") && text.hasSuffix("\n"))
            let headers = [
                text.dropFirst(9).dropLast().description,
                try ctl.object("stamp", file, "--expect-public-key", credential.publicKey)["stampHeaderValue"]
                    as? String,
            ]
            for header in headers {
                let stamp = try DecodedStamp(header: #require(header))
                #expect(stamp.publicKey == credential.publicKey)
                #expect(try stamp.holds(for: Data(payload.utf8)))
                #expect(try !stamp.holds(for: Data((payload + "\n").utf8)))
            }
        }
    }

    @Test(
        "monitor prints one event a line as it happens; when the frame stops it says so, and ends with 4",
        arguments: [[], ["--json"]]
    )
    func monitor(options: [String]) async throws {
        try await System.withFrame { frame in
            let arguments = ["monitor", "--socket-directory", frame.directory] + options
            let process = try ChildProcess([System.program("stampctl")] + arguments)
            defer { process.end() }
            let control = try frame.controlClient()
            // When it listens cannot be seen; once it has said one thing, nothing is missed.
            _ = try await System.poll("a first event") {
                for method in ["Lock", "Unlock"] { try control.control(method) }
                return process.output.text.isEmpty ? nil : true
            }
            try control.control("InitEmbeddedKey")
            try process.output.wait("the last event") { $0.contains("embeddedKeyCreated") && $0.hasSuffix("\n") }
            #expect(try frame.stop() == .exited(0))
            #expect(try process.wait() == .exited(4))
            try process.errors.waitForEnd()
            #expect(process.errors.text.hasPrefix("stampctl: the frame stopped\nhint: "))
            let lines = process.output.text.split(separator: "\n").map(String.init)
            let kinds = try lines.map { line in
                guard !options.isEmpty else { return line.split(separator: " ").first.map(String.init) }
                let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
                return object?["kind"] as? String
            }
            #expect(kinds.last == "embeddedKeyCreated")
            // Backwards from there: unlocked, locked, unlocked, …
            for (number, kind) in kinds.dropLast().reversed().enumerated() {
                #expect(kind == (number.isMultiple(of: 2) ? "unlocked" : "locked"))
            }
        }
    }

    @Test("without a frame every command that needs one exits 69 and says where it looked")
    func noFrame() async throws {
        try await System.withDirectory { directory in
            for command in [["status"], ["key", "show"], ["session", "list"], ["monitor"], ["lock"]] {
                let run = try System.StampctlRun(command + ["--socket-directory", directory.path])
                #expect(run.status == 69)
                #expect(run.output.isEmpty)
                #expect(run.errors.contains(directory.path) && run.errors.contains("hint: start stampd"))
            }
        }
    }

    @Test("the frame is found by the environment too")
    func environment() async throws {
        try await System.withFrame { frame in
            let run = try System.StampctlRun(["status"], environment: ["STAMPD_SOCKET_DIRECTORY": frame.directory])
            #expect(run.status == 0)
        }
    }
}

extension StampctlCommandTests {
    /// stampctl, pointed at one frame.
    struct Control {
        let directory: String

        init(_ frame: FrameProcess) { directory = frame.directory }

        func run(_ arguments: [String], input: String = "") throws -> System.StampctlRun {
            try System.StampctlRun(arguments + ["--socket-directory", directory], input: input)
        }

        /// The one JSON object that a command prints.
        func object(_ arguments: String...) throws -> [String: Any] {
            let run = try run(arguments + ["--json"])
            try #require(run.status == 0, "\(arguments): \(run.errors)")
            #expect(run.errors.isEmpty)
            #expect(run.output.hasSuffix("}\n"))
            return try run.json
        }

        /// A command's text: nothing where nothing is expected.
        func expectText(_ arguments: [String], input: String = "", contains text: String) throws {
            let run = try run(arguments, input: input)
            #expect(run.status == 0, "\(arguments): \(run.errors)")
            #expect(run.errors.isEmpty)
            #expect(text.isEmpty ? run.output.isEmpty : run.output.contains(text), "\(arguments)")
        }
    }
}
