// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation
import Testing

@Suite("Rules that are checked", .timeLimit(.minutes(15)))
struct RuleCheckTests {
    private func check(_ text: String, _ more: String...) async throws -> StampctlProcess {
        try await StampctlProcess(["rules", "check", "-"] + more, input: Data(text.utf8))
    }

    private static func sha256(_ text: String) -> String {
        SHA256.hash(data: Data(text.utf8)).map { String(format: "%02x", $0) }.joined()
    }

    static let rule = #"{"id":"a","effect":"allow","kind":["X"],"only":[]}"#
    static let set = #"{"version": 1, "rules": [\#(rule)]}"#

    @Test("a configuration, a set and a built-in set's name are taken, each with the hash that GetRules has")
    func good() async throws {
        let configuration = try await check(
            #"{"maximumSessions": 3, "rules": {"stamp": "open", "stamp-x": \#(Self.set)}}"#
        )
        #expect(configuration.status == 0)
        #expect(
            configuration.output == """
                ok: stamp: open: asked nothing
                ok: stamp-x: 1 rule, sha256 \(Self.sha256(Self.set))

                """
        )
        let observing = Self.set.replacing(#""version": 1"#, with: #""version": 1, "mode": "observe""#)
        let alone = try await check(observing)
        #expect(alone.output == "ok: 1 rule, which only observe, sha256 \(Self.sha256(observing))\n")
        let builtIn = try await check(#" "contained" "#)
        #expect(builtIn.status == 0)
        #expect(builtIn.output.hasSuffix("rules, sha256 \(Self.sha256("contained"))\n"))
        let json = try await check(Self.set, "--json")
        #expect(
            json.output
                == #"{"faults":[],"ruleSets":[{"mode":"enforce","rules":1,"sha256":"\#(Self.sha256(Self.set))"}],"warnings":[]}"#
                + "\n"
        )
    }

    @Test(
        "each fault is a line with its socket, rule and member, and the end is 5",
        arguments: [
            ("{", "fault: "), ("[]", "fault: neither a frame's configuration nor a rule set"), ("7", "fault: neither"),
            (#""closed""#, "fault: no built-in set"),
            (#"{"version": 2, "rules": [\#(rule)]}"#, "fault: version: 1 is the only one\n"),
            (#"{"rules": [\#(rule)]}"#, "fault: version: "),
            (#"{"rules": {"stamp": {"version": 1, "rules": [\#(rule), \#(rule)]}}}"#, "fault: stamp: a: rules[1].id: "),
            (#"{"rules": {"stmp": "open"}}"#, "fault: stmp: this frame has no such socket\n"),
            (#"{"rules": {"stamp-x": "open"}}"#, "fault: stamp: every stamp socket must have a rule set"),
            (#"{"rules": {"stamp": "open", "stamp": "open"}}"#, "stands twice"),
        ]
    )
    func faults(_ text: String, _ line: String) async throws {
        let run = try await check(text)
        #expect(run.status == 5)
        #expect(run.output.contains(line), "\(run.output)")
        #expect(run.errors.isEmpty)
        let json = try await check(text, "--json")
        #expect(json.status == 5)
        let object = try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any]
        #expect((object?["faults"] as? [Any])?.isEmpty == false)
    }

    @Test(
        "what is hardly meant is a warning, and a fault with --strict",
        arguments: [
            ("{}", "warning: there is no member rules: every socket is open\n"),
            (
                #"{"version": 1, "rules": [\#(rule), {"id":"b","effect":"allow","kind":["X"],"only":[],"fresh":{"past":9}}]}"#,
                "warning: rule b never decides: a before it matches whatever it does\n"
            ),
            (
                #"""
                {"authorization": {"stamp": {"uids": [1000]}, "control": {"uids": [1000]}}, "rules": {"stamp":
                {"version": 1, "rules": [{"id":"c","effect":"confirm","kind":["X"],"only":[],
                "confirm":{"timeout":60,"show":["/type"]}}]}}}
                """#,
                "warning: stamp: rule c wants a yes that only root can give"
            ),
        ]
    )
    func warnings(_ text: String, _ line: String) async throws {
        let run = try await check(text)
        #expect(run.output.contains(line), "\(run.output)")
        #expect(run.status == 0)
        #expect(try await check(text, "--strict").status == 5)
    }

    @Test("text of the file is shown on its own line, and not obeyed")
    func hostile() async throws {
        let name = HostileTextTests.hostile
        let quoted = String(decoding: try JSONEncoder().encode(name), as: UTF8.self)
        let run = try await check("{\"version\": 1, \(quoted): 1, \"rules\": [\(Self.rule)]}")
        #expect(run.status == 5)
        #expect(run.output.split(separator: "\n").count == 1)
        #expect(run.output.unicodeScalars.allSatisfy { $0 == "\n" || HostileTextTests.isHarmless($0) })
    }

    @Test("the examples and the packaged configuration have neither a fault nor a warning")
    func examples() async throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..")
        let folder = root.appending(path: "examples/rules")
        let examples = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .filter { $0.pathExtension == "json" }
        #expect(examples.count == 11)
        for file in examples + [root.appending(path: "systemd/stampd.json")] {
            let run = try await StampctlProcess(["rules", "check", "--strict", file.path])
            #expect(run.status == 0, "\(file.lastPathComponent): \(run.output)")
        }
    }

    @Test("a file that is longer than a frame takes is a fault")
    func long() async throws {
        let run = try await check(Self.set + String(repeating: " ", count: 262_144))
        #expect(run.status == 5)
        #expect(run.output == "fault: the file is larger than 262144 bytes\n")
    }

    @Test("a file that is not there is wrong usage")
    func absent() async throws {
        let run = try await StampctlProcess(["rules", "check", "/nonexistent"])
        #expect(run.status == 64)
        #expect(run.output.isEmpty)
    }
}
