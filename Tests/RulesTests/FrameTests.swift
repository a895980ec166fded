// SPDX-License-Identifier: Apache-2.0
import Rules
import Testing

@Suite("The rules of a frame") struct FrameTests {
    private func faults(_ text: String, _ sockets: [String]) -> [RuleFault] {
        do throws(RuleFaults) { _ = try RuleSets(reading: text.utf8.span, sockets: sockets) } catch {
            return error.faults
        }
        return []
    }

    @Test("every stamp socket must have a set, the control socket may, and no other can") func sockets() {
        #expect(faults(#"{"stamp": "contained"}"#, ["stamp", "control"]).isEmpty)
        #expect(faults(#"{"stamp": "open", "control": "queries"}"#, ["stamp", "control"]).isEmpty)
        #expect(faults(#"{"control": "open"}"#, ["stamp", "control"]).map(\.socket) == ["stamp"])
        #expect(faults(#"{"stamp": "open"}"#, ["stamp", "stamp-a", "control"]).map(\.socket) == ["stamp-a"])
        #expect(faults(#"{"stamp": "open", "stamp-b": "open"}"#, ["stamp", "control"]).map(\.socket) == ["stamp-b"])
        #expect(faults("[]", ["stamp"]).count == 1)
        #expect(faults(#"{"stamp": "open", "stamp": "open"}"#, ["stamp"]).count == 1)
    }

    @Test("each fault is told, with its socket, rule and member") func all() {
        let text = #"""
            {"stamp": {"version": 1, "rules": [
            {"id": "a", "effect": "allow", "kind": ["X_V1"], "only": [], "fresh": {"past": -1}},
            {"id": "b", "effect": "deny", "kind": ["X"], "time": {}}]}, "stamp-x": {"version": 3}}
            """#
        let found = faults(text, ["stamp", "stamp-x"])
        #expect(
            Set(found.map { "\($0.socket) \($0.rule ?? "-") \($0.member)" }).isSuperset(of: [
                "stamp a rules[0].kind[0]", "stamp a rules[0].fresh.past", "stamp b rules[1].time",
                "stamp-x - version", "stamp-x - rules",
            ])
        )
    }

    @Test("a report of faults ends") func bounded() {
        let rules = (0..<256).map { _ in #"{"id": "", "effect": "", "x": 1}"# }
        #expect(
            faults(#"{"stamp": {"version": 1, "rules": [\#(rules.joined(separator: ","))]}}"#, ["stamp"]).count == 100
        )
    }

    @Test("limits of one name are defined alike in a frame, and are 32 at most") func limits() {
        func set(_ limits: [String]) -> String {
            let rules = limits.enumerated().map {
                #"{"id": "r\#($0)", "effect": "allow", "kind": ["K\#($0)"], "only": [], "limit": [\#($1)]}"#
            }
            return #"{"version": 1, "rules": [\#(rules.joined(separator: ","))]}"#
        }
        func limit(_ name: String, _ count: Int = 1) -> String {
            #"{"name": "\#(name)", "count": \#(count), "window": 9, "by": "all"}"#
        }
        let sockets = ["stamp", "stamp-b"]
        func text(_ one: String, _ other: String) -> String { #"{"stamp": \#(one), "stamp-b": \#(other)}"# }
        #expect(faults(text(set([limit("n")]), set([limit("n")])), sockets).isEmpty)
        #expect(faults(text(set([limit("n")]), set([limit("n", 2)])), sockets).map(\.socket) == ["stamp-b"])
        let many = (0..<33).map { limit("n\($0)") }
        #expect(faults(text(set(Array(many.dropLast())), set(Array(many.prefix(9)))), sockets).isEmpty)
        #expect(faults(text(set(many), "\"open\""), sockets).count == 1)
    }
}
