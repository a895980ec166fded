// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@Suite("Others' code: PyPI's varlink and turnkey-http", .timeLimit(.minutes(15)))
struct PythonProofTests {
    @Test("varlink introspects both sockets, calls each method and follows each event")
    func varlink() async throws {
        try await System.withFrame { frame in
            let sentences = try prove("prove_varlink.py", [frame.directory])
            #expect(sentences.contains("all 22 methods of both interfaces were called"))
            #expect(sentences.contains("there was no other event than those told"))
        }
    }

    @Test("turnkey-http reads and writes with a frame as its stamper, until the key expires")
    func turnkeyHTTP() async throws {
        try await System.withStage(sandbox: ["--pending-polls", "2"]) { stage in
            let arguments = [stage.sandbox.readyFile, stage.frame.directory]
            let sentences = try prove("prove_turnkey_http.py", arguments)
            for sentence in [
                "whoami, stamped by the frame, names the organization and the user",
                "create_api_keys was pending, and the client polled it with stamps",
                "a key that has expired is answered 401 API_KEY_EXPIRED", "the sessions were ended",
            ] {
                #expect(sentences.contains(sentence))
            }
        }
    }

    @Test("turnkey-http works with the sandbox's organizations, users, sessions, policies, e-mail and rate limit")
    func sandbox() async throws {
        try await System.withDirectory { directory in
            let examples = repository("examples/sandbox").path
            let story = try System.Sandbox(in: directory.path, ["--fixture", "\(examples)/acme.json"])
            defer { story.process.end() }
            let limited = try TemporaryDirectory()
            defer { limited.remove() }
            let narrow = try System.Sandbox(in: limited.path, ["--rate-limit", "5"])
            defer { narrow.process.end() }
            let sentences = try prove("prove_sandbox.py", [story.readyFile, examples, narrow.readyFile])
            #expect(sentences.count == 21)
            #expect(sentences.last == "over the rate limit is 429")
        }
    }

    @Test("turnkey-http signs with the sandbox's wallets, sends, and waits for consensus")
    func signing() async throws {
        try await System.withDirectory { directory in
            let examples = repository("examples/sandbox").path
            let sandbox = try System.Sandbox(in: directory.path, ["--fixture", "\(examples)/acme.json"])
            defer { sandbox.process.end() }
            let sentences = try prove("prove_signing.py", [sandbox.readyFile, examples])
            #expect(sentences.count == 25)
            #expect(sentences.last == "a client that polls is told when Ada rejects")
        }
    }
}

/// Runs a proof of Tests/EndToEndTests/python to its end, which is to be 0, and answers the sentences that it proved.
func prove(
    _ script: String,
    _ arguments: [String],
    launcher: [String] = [],
    within seconds: Double = patience
) throws -> [String] {
    let python = repository(".venv/bin/python").path
    try #require(FileManager.default.isExecutableFile(atPath: python), "\(python) is missing: run make .venv/installed")
    let process = try ChildProcess(
        launcher + [python, "-B", repository("Tests/EndToEndTests/python/\(script)").path] + arguments
    )
    defer { process.end() }
    let ending = try process.wait(within: seconds)
    try process.output.waitForEnd()
    #expect(ending == .exited(0), "\(process.output.text)\(process.errors.text)")
    return process.output.text.split(separator: "\n").compactMap { line in
        line.hasPrefix("ok: ") ? String(line.dropFirst(4)) : nil
    }
}
