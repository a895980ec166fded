// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@Suite("rule-set, which edits a configuration", .serialized, .timeLimit(.minutes(15)))
struct RuleSetScriptTests {
    static let texts = [
        "{}", "{ }", #"{"keepState": true}"#, #"{"rules":{}}"#, #"{"rules":{"stamp":"contained"}}"#,
        #"{"x":"\"rules\": {","rules": {"stamp-x":{"lists":{"a":["}]","\\"]}},"stamp":"open"},"y":[1,{"rules":{"stamp":1}}]}"#,
        "{\n  \"a\": 1,\n  \"rules\": {\n    \"stamp\": \"open\",\n    \"stamp-a\": {\"rules\": []},\n    \"control\": \"open\"\n  }\n}\n",
    ]

    private static func run(_ arguments: String...) throws -> String {
        let process = try ChildProcess([repository("systemd/rule-set").path] + arguments)
        try #require(try process.wait() == .exited(0), "\(process.errors.text)")
        try process.output.waitForEnd()
        return process.output.text
    }

    private static func object(_ text: String) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any], "\(text)")
    }

    private static func isSame(_ text: String, _ wanted: [String: Any]) throws -> Bool {
        NSDictionary(dictionary: try object(text)) == NSDictionary(dictionary: wanted)
    }

    @Test("puts a set in, also in the place of another, and takes it out: nothing else changes", arguments: texts)
    func edits(_ text: String) async throws {
        try await blocking {
            try TemporaryDirectory.with { directory in
                let path = directory.path(of: "frame.json")
                for socket in ["stamp", "stamp-a", "stamp-agent", "control"] {
                    for set in ["\"queries\"", #"{"version": 1, "rules": [{"id": "a\\b"}]}"#] {
                        try text.write(toFile: path, atomically: false, encoding: .utf8)
                        let put = try Self.run("put", path, socket, set)
                        var wanted = try Self.object(text)
                        // Where there were no rules, what was open stays so.
                        let open: [String: Any] = socket == "stamp" ? [:] : ["stamp": "open"]
                        var rules = wanted["rules"] as? [String: Any] ?? open
                        rules[socket] = try JSONSerialization.jsonObject(
                            with: Data(set.utf8),
                            options: .fragmentsAllowed
                        )
                        wanted["rules"] = rules
                        #expect(try Self.isSame(put, wanted), "\(put)")
                        try put.write(toFile: path, atomically: false, encoding: .utf8)
                        if text.contains("\"rules\":"), rules.count > 0, !text.contains("\"\(socket)\":") {
                            #expect(try Self.run("drop", path, socket) == text + (text.hasSuffix("\n") ? "" : "\n"))
                        }
                        rules[socket] = nil
                        wanted["rules"] = rules
                        #expect(try Self.isSame(Self.run("drop", path, socket), wanted))
                    }
                }
                try text.write(toFile: path, atomically: false, encoding: .utf8)
                #expect(try Self.isSame(Self.run("drop", path, "stamp-none"), Self.object(text)))
            }
        }
    }

    @Test("puts a delivery in, also in the place of another, and takes it out: nothing else changes", arguments: texts)
    func delivers(_ text: String) async throws {
        try await blocking {
            try TemporaryDirectory.with { directory in
                let path = directory.path(of: "frame.json")
                try text.write(toFile: path, atomically: false, encoding: .utf8)
                for delivery in [#"{"fleet": "web", "approvers": [{"key": "a \\ }"}]}"#, "{\n  \"fleet\": \"db\"\n}"] {
                    let put = try Self.run("deliver", path, delivery)
                    var wanted = try Self.object(text)
                    wanted["delivery"] = try Self.object(delivery)
                    #expect(try Self.isSame(put, wanted), "\(put)")
                    try put.write(toFile: path, atomically: false, encoding: .utf8)
                }
                let taken = try Self.run("undeliver", path)
                #expect(try Self.isSame(taken, Self.object(text)), "\(taken)")
                try taken.write(toFile: path, atomically: false, encoding: .utf8)
                #expect(try Self.run("undeliver", path) == taken)
            }
        }
    }
}
