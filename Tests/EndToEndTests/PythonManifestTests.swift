// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@Suite("the manifests for Kubernetes", .timeLimit(.minutes(15)))
struct PythonManifestTests {
    @Test("are what Kubernetes takes; the frame in them starts, and gives a card in its node's name")
    func manifests() async throws {
        try await System.withDirectory { directory in
            let sentences = try prove("prove_manifests.py", [repository("examples/kubernetes").path, directory.path])
            #expect(sentences.contains("a member that Kubernetes does not have is refused"))
            #expect(sentences.contains("the courier's group opens the deliver socket alone"))
            #expect(sentences.contains("no two containers have one user"))
            #expect(sentences.contains("the frame has the journal's directory of its node"))
            let file = URL(filePath: directory.path(of: "commands.json"))
            let commands = try JSONDecoder().decode([String: [String]].self, from: Data(contentsOf: file))
            try Self.expectStart(#require(commands["frame"]), in: directory)
            try Self.expectOptions(of: #require(commands["courier"]))
        }
    }

    /// Starts the frame as the pod does, where this directory stands for the pod's two.
    private static func expectStart(_ command: [String], in directory: TemporaryDirectory) throws {
        // The courier's group is none of this process's.
        let configuration = directory.path(of: "stampd.json")
        let text = try String(contentsOfFile: configuration, encoding: .utf8)
        try text.replacing("10003", with: "\(getegid())").replacing("10001", with: "\(getegid())")
            .write(toFile: configuration, atomically: false, encoding: .utf8)
        let journal = try FakeJournal(path: directory.path(of: "journal"))
        let arguments = command.dropFirst().map {
            $0.replacing("/run/stampd", with: directory.path).replacing("/etc/stampd", with: directory.path)
                .replacing("$(NODE_NAME)", with: "node-1.example").replacing("10003", with: "\(getegid())")
        }
        let audited = arguments + ["--journal-socket", journal.path]
        let frame = try ChildProcess([System.program(command[0])] + audited)
        defer { frame.end() }
        let socket = directory.path(of: "deliver.sock")
        try waitUntil("the deliver socket") { FileManager.default.fileExists(atPath: socket) }
        let reply = try RawClient(path: socket).call("io.stampd.Delivery.GetCard")
        let card = try JSONSerialization.jsonObject(with: Data(try #require(reply["card"]).utf8)) as? [String: Any]
        #expect(card?["frame"] as? String == "node-1.example" && card?["fleet"] as? String == "cluster")
        _ = try journal.read("cardMade")
    }

    /// Each option is one that the courier's help names.
    private static func expectOptions(of command: [String]) throws {
        let help = try ChildProcess([System.program(command[0]), "help", command[1]])
        #expect(try help.wait() == .exited(0))
        try help.output.waitForEnd()
        for option in command.dropFirst(2) {
            #expect(help.output.text.contains("  \(option.prefix { $0 != "=" }) <"), "\(option)")
        }
    }
}
