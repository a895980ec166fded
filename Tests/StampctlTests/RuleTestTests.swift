// SPDX-License-Identifier: Apache-2.0
import FakeFrame
import Foundation
import Rules
import Testing

@testable import stampctl

@Suite("Cases of rules", .timeLimit(.minutes(15)))
struct RuleTestTests {
    private static func fixture(_ name: String) throws -> [String: Any] {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../Fixtures/\(name)")
        return try #require(try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any])
    }

    /// A new file with this in it.
    private static func file(_ value: Any, _ name: String = "file.json", in directory: String? = nil) throws -> String {
        let path = (directory ?? FakeFrame.makeDirectory()) + "/" + name
        let data =
            if let text = value as? String { Data(text.utf8) } else {
                try JSONSerialization.data(withJSONObject: value, options: .fragmentsAllowed)
            }
        try data.write(to: URL(filePath: path))
        return path
    }

    @Test("every decision that others wrote comes out as a case, and none with another expectation")
    func vectors() async throws {
        let vectors = try Self.fixture("rules.json")
        let sets = try #require(vectors["ruleSets"] as? [String: Any])
        let decisions = try #require(vectors["decisions"] as? [[String: Any]])
        for (name, set) in sets {
            let rules = try Self.file(set is String ? "\"\(set)\"" : set)
            var cases = decisions.filter { $0["ruleSet"] as? String == name }
            for index in cases.indices { cases[index]["ruleSet"] = nil }
            let good = try await run(cases, rules)
            #expect(good.status == 0, "\(name): \(good.output)\(good.errors)")
            #expect(good.output == "ok: \(cases.count) cases came out as they must\n")
            for index in cases.indices {
                var expect = try #require(cases[index]["expect"] as? [String: Any])
                expect["effect"] = expect["effect"] as? String == "deny" ? "allow" : "deny"
                cases[index]["expect"] = expect
            }
            let bad = try await run(cases, rules, "--json")
            #expect(bad.status == 1)
            let lines = bad.output.split(separator: "\n")
            #expect(lines.count == cases.count)
            #expect(lines.allSatisfy { $0.contains(#""passed":false"#) })
        }
    }

    private func run(_ cases: [[String: Any]], _ rules: String, _ more: String...) async throws -> StampctlProcess {
        let file = try Self.file(["cases": cases])
        return try await StampctlProcess(["rules", "test", file, "--rules", rules] + more)
    }

    private static let payload = ["organizationId": "o", "userId": "u"]

    private static func makeCase(_ members: [String: Any]) -> [String: Any] {
        [
            "caller": ["uid": 1000, "session": "default"], "payload": payload, "expect": ["effect": "allow"],
        ].merging(members) { $1 }
    }

    @Test("differences are a table that names the case, what it must be and what it came to")
    func table() async throws {
        let rules = try Self.file(#"{"rules": {"stamp": "queries", "stamp-agent": "contained"}}"#)
        let wallet =
            #"{"type":"ACTIVITY_TYPE_CREATE_API_KEYS_V2","timestampMs":"1","organizationId":"o","parameters":{}}"#
        let run = try await run(
            [
                Self.makeCase(["name": "reads"]),
                Self.makeCase(["name": "makes a key", "socket": "stamp-agent", "payload": wallet]),
            ],
            rules
        )
        #expect(run.status == 1)
        #expect(
            run.output == """
                CASE         SOCKET             EFFECT  RULE  REASON     AT
                makes a key  stamp-agent  must  allow   -     -          -
                                          came  deny    -     rule.none  -
                1 of 2 cases came out otherwise

                """,
            "\(run.output)"
        )
        #expect(run.errors.isEmpty)
    }

    @Test("the rules that a file of cases names are found beside it")
    func named() async throws {
        let directory = FakeFrame.makeDirectory()
        _ = try Self.file(#""queries""#, "set.json", in: directory)
        let file = try Self.file(["rules": "set.json", "cases": [Self.makeCase([:])]], "cases.json", in: directory)
        let run = try await StampctlProcess(["rules", "test", file])
        #expect(run.status == 0, "\(run.errors)")
        #expect(run.output == "ok: 1 case came out as it must\n")
    }

    @Test("a payload is as old as it says, unless a case or the file says when it is")
    func time() async throws {
        let rules = try Self.file(
            #"{"version":1,"rules":[{"id":"a","effect":"allow","kind":["X"],"only":[]}]}"#
        )
        let payload = #"{"type":"ACTIVITY_TYPE_X","timestampMs":"1796032800000","organizationId":"o","parameters":{}}"#
        let stale: [String: Any] = ["effect": "deny", "id": "a", "reason": "time.stale", "at": "/timestampMs"]
        let run = try await run(
            [
                Self.makeCase(["payload": payload]),
                Self.makeCase(["payload": payload, "now": "2026-11-30T10:05:00Z"]),
                Self.makeCase(["payload": payload, "now": "2026-11-30T10:05:01Z", "expect": stale]),
            ],
            rules
        )
        #expect(run.status == 0, "\(run.output)\(run.errors)")
    }

    @Test("what was stamped before counts", arguments: [(1, "allow"), (2, "deny")])
    func before(_ count: Int, _ effect: String) async throws {
        let rules = try Self.file(
            #"""
            {"version":1,"rules":[{"id":"a","effect":"allow","payload":"query","members":["organizationId","userId"],
            "limit":[{"name":"l","count":2,"window":60,"by":"session"}]}]}
            """#
        )
        let before = [Any](repeating: Self.payload, count: count)
        let run = try await run([Self.makeCase(["before": before, "expect": ["effect": effect]])], rules)
        #expect(run.status == 0, "\(run.output)\(run.errors)")
    }

    @Test(
        "a file of cases with a fault is wrong usage, and the fault is named by its place",
        arguments: [
            ("{", "ends inside a value"), ("[]", "an object"), (#"{"cases":[]}"#, "cases: a list"),
            (#"{"cases":[{}],"x":1}"#, "x: no member"), (#"{"cases":[{}]}"#, "cases[0].payload: a text"),
            (#"{"cases":[{"payload":{},"caller":{},"expect":{"effect":"maybe"}}]}"#, "cases[0].expect.effect: allow"),
            (#"{"cases":[{"payload":{},"caller":{},"expect":{"effect":"deny","why":1}}]}"#, "cases[0].expect.why: no"),
            (#"{"cases":[{"payload":{},"caller":{"uid":-1},"expect":{"effect":"deny"}}]}"#, "caller.uid: the number"),
            (
                #"{"cases":[{"payload":{},"caller":{"gids":[4294967295]},"expect":{"effect":"deny"}}]}"#,
                "caller.gids: the number of a user or group, below 4294967295"
            ),
            (
                #"{"cases":[{"payload":{},"caller":{"delegate":""},"expect":{"effect":"deny"}}]}"#,
                "caller.delegate: 1 to 512 bytes"
            ),
            (
                #"{"cases":[{"payload":{},"caller":{"unit":"a b"},"expect":{"effect":"deny"}}]}"#,
                "caller.unit: a unit's"
            ),
            (#"{"cases":[{"payload":{},"caller":{"origin":"bundle"},"expect":{"effect":"deny"}}]}"#, "caller.session:"),
            (#"{"cases":[{"payload":{},"caller":{},"now":"now","expect":{"effect":"deny"}}]}"#, "cases[0].now: a time"),
            (
                #"{"cases":[{"payload":{},"caller":{},"now":"2026-11-30T10:30:00Z+05:00","expect":{"effect":"deny"}}]}"#,
                "cases[0].now: a time"
            ),
            (
                #"{"cases":[{"payload":{},"caller":{},"now":"2026-11-29T34:30:00Z","expect":{"effect":"deny"}}]}"#,
                "cases[0].now: a time"
            ),
            (
                #"{"cases":[{"payload":{},"caller":{},"now":"2026-02-30T10:30:00Z","expect":{"effect":"deny"}}]}"#,
                "cases[0].now: a time"
            ),
            (#"{"cases":[{"payload":7,"caller":{},"expect":{"effect":"deny"}}]}"#, "cases[0].payload: a text"),
            (
                #"{"cases":[{"payload":{},"caller":{"session":"s","pendingPublicKey":"\#(String(repeating: "+2", count: 33))"},"#
                    + #""expect":{"effect":"deny"}}]}"#,
                "caller.pendingPublicKey: a public key"
            ),
            (
                #"{"cases":[{"payload":{},"caller":{"session":"s","pendingPublicKey":"02"},"expect":{"effect":"deny"}}]}"#,
                "caller.pendingPublicKey: a public key"
            ),
            (#"{"cases":[{"payload":{"a":1,"a":2},"caller":{},"expect":{"effect":"deny"}}]}"#, "stands twice"),
        ]
    )
    func fault(_ text: String, _ complaint: String) async throws {
        let rules = try Self.file(#""queries""#)
        let run = try await StampctlProcess(["rules", "test", try Self.file(text), "--rules", rules])
        #expect(run.status == 64, "\(run.output)")
        #expect(run.errors.contains(complaint), "\(run.errors)")
        #expect(run.output.isEmpty)
    }

    @Test(
        "no error repeats a payload",
        arguments: [
            #"{"cases":[{"payload":{"hush":"hush"},"caller":{}}]}"#, #"{"cases":[{"payload":"hush","caller":{}}]}"#,
            #"{"cases":[{"payload":{"hush":"hush},"caller":{}}]}"#,
            #"{"cases":[{"payload":"hush","caller":{"uid":1},"before":["hush"],"expect":{"effect":"deny"}}]}"#,
        ]
    )
    func payload(_ text: String) async throws {
        let rules = try Self.file(#""queries""#)
        let run = try await StampctlProcess(["rules", "test", try Self.file(text), "--rules", rules])
        #expect(run.status != 0)
        #expect(!run.errors.isEmpty)
        #expect(!(run.output + run.errors).contains("hush"))
    }

    @Test("rules with a fault, none at all, and none for a case's socket are errors, and no difference")
    func unusable() async throws {
        let cases = try Self.file(["cases": [Self.makeCase(["socket": "stamp-x"])]])
        let none = try await StampctlProcess(["rules", "test", cases])
        #expect(none.status == 64)
        #expect(none.errors.contains("no rules are named"))
        let broken = try await StampctlProcess(["rules", "test", cases, "--rules", try Self.file("{\"version\":2}")])
        #expect(broken.status == 5)
        #expect(broken.errors.contains("rules check"))
        let rules = try Self.file(#"{"rules": {"stamp": "queries"}}"#)
        let elsewhere = try await StampctlProcess(["rules", "test", cases, "--rules", rules])
        #expect(elsewhere.status == 64)
        #expect(elsewhere.errors.contains("the file has no rules for stamp-x"))
    }

    @Test("the caller's unit is known by every name that a rule may call it")
    func units() {
        #expect(UnitName.names(of: "app.service") == ["app.service"])
        #expect(UnitName.names(of: "app@a.service") == ["app@a.service", "app@.service"])
        #expect(
            UnitName.names(of: "user@1000.service/app@a.service") == [
                "user@1000.service/app@a.service", "user@1000.service/app@.service", "user@1000.service",
                "user@.service",
            ]
        )
        for name in ["", "app", "a.slice", "app.service/x.service", "user@x.service/app.service"] {
            #expect(UnitName.names(of: name) == nil, "\(name)")
        }
    }
}
