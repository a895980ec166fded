// SPDX-License-Identifier: Apache-2.0
import Rules
import Testing

@Suite("Warnings about rule sets") struct WarningTests {
    private func warnings(_ rules: String, controlServesOnlyCaller: Bool = false) throws -> [RuleWarning] {
        try readSet(#"{"version": 1, "rules": [\#(rules)]}"#)
            .warnings(controlServesOnlyCaller: controlServesOnlyCaller)
    }

    private static let wide = #"{"id": "wide", "effect": "allow", "kind": ["A", "B"], "only": ["x", "y"]}"#

    @Test(
        "a rule that an earlier one hides is told",
        arguments: [
            #"{"id": "r", "effect": "allow", "kind": ["A"], "only": ["x"]}"#,
            #"{"id": "r", "effect": "allow", "type": ["ACTIVITY_TYPE_A_V2"], "only": []}"#,
            #"{"id": "r", "effect": "allow", "kind": ["B"], "who": {"uid": [1]}, "only": ["y"], "fresh": {"past": 1}}"#,
            #"{"id": "r", "effect": "allow", "kind": ["B"], "only": [], "when": [{"at": "/parameters/x", "is": "1"}]}"#,
        ]
    ) func hidden(_ rule: String) throws {
        #expect(try warnings("\(Self.wide), \(rule)") == [.hidden(rule: "r", by: "wide")])
        #expect(try warnings("\(rule), \(Self.wide)") == [], "the other way round")
    }

    @Test(
        "a rule that says more than an earlier one is not told",
        arguments: [
            #"{"id": "r", "effect": "allow", "kind": ["A"], "only": ["z"]}"#,
            #"{"id": "r", "effect": "allow", "kind": ["C"], "only": ["x"]}"#,
            #"{"id": "r", "effect": "allow", "kind": ["A"], "only": ["x"], "fresh": {"past": 301}}"#,
            #"{"id": "r", "effect": "allow", "type": ["ACTIVITY_TYPE_C"], "only": []}"#,
            #"{"id": "r", "effect": "deny", "kind": ["A"]}"#,
            #"{"id": "r", "effect": "allow", "payload": "query", "members": ["x"]}"#,
            #"{"id": "r", "effect": "allow", "kind": ["B"], "only": [], "when": [{"at": "/parameters/z", "is": "1"}]}"#,
        ]
    ) func notHidden(_ rule: String) throws { #expect(try warnings("\(Self.wide), \(rule)") == []) }

    @Test("a confirmation that only root could answer is told") func nobodyConfirms() throws {
        func rule(_ more: String) -> String {
            #"{"id": "r", "effect": "confirm", "kind": ["A"], "only": [], "confirm": {"timeout": 9, "show": ["/type"]\#(more)}}"#
        }
        #expect(try warnings(rule(""), controlServesOnlyCaller: true) == [.nobodyConfirms(rule: "r")])
        #expect(try warnings(rule(""), controlServesOnlyCaller: false) == [])
        #expect(try warnings(rule(#", "sameAccount": true"#), controlServesOnlyCaller: true) == [])
    }

    @Test("a spend limit beside a raw signature of the same caller is told") func rawSignature() throws {
        func spend(_ who: String) -> String {
            #"""
            {"id": "s", "effect": "allow", "kind": ["ETH"], "who": \#(who), "only": [],
            "when": [{"at": "/parameters/value", "between": ["0", "9"]}],
            "limit": [{"name": "day", "sum": "/parameters/value", "max": "9", "window": 60, "by": "all"}]}
            """#
        }
        let raw =
            #"{"id": "w", "effect": "allow", "who": {"uid": [1]}, "type": ["ACTIVITY_TYPE_SIGN_RAW_PAYLOAD_V2"], "only": []}"#
        #expect(try warnings("\(spend(#"{"uid": [1, 2]}"#)), \(raw)") == [.rawSignature(rule: "w", limit: "day")])
        #expect(try warnings("\(raw), \(spend(#"{"session": ["a"]}"#))") == [.rawSignature(rule: "w", limit: "day")])
        #expect(try warnings("\(spend(#"{"uid": [2]}"#)), \(raw)") == [])
    }
}
