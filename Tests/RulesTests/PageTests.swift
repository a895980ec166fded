// SPDX-License-Identifier: Apache-2.0
import Rules
import Testing

/// What the page on rules says, line by line.
@Suite("Rules as their page has them") struct PageTests {
    struct Row: CustomTestStringConvertible {
        let testDescription: String
        let rule: String
        let payload: String
        let caller: Caller
        let verdict: Verdict

        init(_ name: String, _ rule: String, _ payload: String, _ verdict: Verdict, _ caller: Caller = .sample()) {
            (testDescription, self.rule, self.payload) = (name, rule, payload)
            (self.verdict, self.caller) = (verdict, caller)
        }
    }

    private static let allowed = Verdict("allow", "r")
    private static let denied = Verdict("deny", "r", "rule.deny")
    private static let none = Verdict("deny", nil, "rule.none")

    private static func failed(_ reason: String, _ at: String? = nil) -> Verdict {
        Verdict("deny", "r", reason, at: at)
    }

    private static func allow(_ more: String, kind: String = "T") -> String {
        #""effect": "allow", "kind": ["\#(kind)"], "only": []\#(more)"#
    }

    private static func deny(_ more: String) -> String { #""effect": "deny", "kind": ["T"]\#(more)"# }

    private static let t = activity("ACTIVITY_TYPE_T")

    private static func parameters(_ text: String) -> String { activity("ACTIVITY_TYPE_T", text) }

    static let callers: [Row] = {
        let lists = [
            ("uid", "[1000]", Caller.sample(), Caller.sample(account: 1), Caller.sample(account: nil)),
            ("gid", "[5]", .sample(gids: [4, 5]), .sample(gids: []), .sample(gids: nil)),
            ("unit", #"["app.service"]"#, .sample(), .sample(unit: "b.service"), .sample(unit: nil)),
            (
                "delegate", #"["d"]"#, .sample(delegate: .text("d")), .sample(delegate: .none),
                .sample(delegate: .untold)
            ),
        ]
        var rows: [Row] = []
        for (name, list, one, other, untold) in lists {
            let who = #", "who": {"\#(name)": \#(list)}"#
            rows += [
                Row("\(name): allow, matching", allow(who), t, allowed, one),
                Row("\(name): allow, another", allow(who), t, none, other),
                Row("\(name): allow, untold", allow(who), t, none, untold),
                Row("\(name): deny, matching", deny(who), t, denied, one),
                Row("\(name): deny, another", deny(who), t, none, other),
                Row("\(name): deny, untold", deny(who), t, denied, untold),
            ]
        }
        var nobody = Caller.sample()
        nobody.session = nil
        for who in [#", "who": {"session": ["default"]}"#, #", "who": {"origin": ["bundle"]}"#] {
            rows += [
                Row("allow, a session as listed", allow(who), t, allowed),
                Row("allow, a session that is not there", allow(who), t, none, nobody),
                Row("deny, a session that is not there", deny(who), t, denied, nobody),
            ]
        }
        rows += [
            Row("another origin", allow(#", "who": {"origin": ["generated"]}"#), t, none),
            Row("a path that matches", allow(#", "path": ["/a"]"#), t, allowed, .sample(path: .text("/a"))),
            Row("a path that does not", allow(#", "path": ["/a"]"#), t, none, .sample(path: .text("/b"))),
            Row("a direct call has no path", allow(#", "path": ["/a"]"#), t, none),
            Row("deny: an untold path matches", deny(#", "path": ["/a"]"#), t, denied, .sample(path: .untold)),
            Row("deny: a direct call passes a path by", deny(#", "path": ["/a"]"#), t, none),
            Row("all lists must match", allow(#", "who": {"uid": [1000], "gid": [9]}"#), t, none),
        ]
        return rows
    }()

    static let payloads: [Row] = [
        Row("a kind covers its versions", allow(""), activity("ACTIVITY_TYPE_T_V12"), allowed),
        Row("_V without digits is of the kind", allow(""), activity("ACTIVITY_TYPE_T_V"), none),
        Row("a type without the prefix has no kind", #""effect": "deny", "kind": ["*"]"#, activity("T"), none),
        Row("* in a deny rule", #""effect": "deny", "kind": ["T*"]"#, activity("ACTIVITY_TYPE_TX_V2"), denied),
        Row(
            "kind and type must both match",
            #""effect": "allow", "kind": ["T"], "type": ["ACTIVITY_TYPE_T_V2"], "only": []"#,
            t,
            none
        ),
        Row("a query is no activity", allow(""), "{}", none),
        Row(
            "parameters absent",
            allow(""),
            #"{"type": "ACTIVITY_TYPE_T"}"#,
            Verdict("deny", nil, "field.absent", at: "/parameters")
        ),
        Row("parameters no object", allow(""), parameters("[]"), Verdict("deny", nil, "field.type", at: "/parameters")),
        Row(
            "generateAppProofs may be there",
            allow(""),
            activity("ACTIVITY_TYPE_T", more: #", "generateAppProofs": true"#),
            allowed
        ),
        Row(
            "another outermost member may not",
            allow(""),
            activity("ACTIVITY_TYPE_T", more: #", "a/b": 1"#),
            Verdict("deny", nil, "field.extra", at: "/a~1b")
        ),
        Row("organization without case", allow(#", "organizationId": ["ORG"]"#), t, allowed),
        Row("another organization", allow(#", "organizationId": ["x"]"#), t, failed("field.value", "/organizationId")),
        Row("deny: another organization", deny(#", "organizationId": ["x"]"#), t, none),
        Row(
            "deny: no organization is untold",
            deny(#", "organizationId": ["x"]"#),
            #"{"type": "ACTIVITY_TYPE_T", "parameters": {}}"#,
            denied
        ),
        Row(
            "timestampMs absent",
            allow(""),
            #"{"type": "ACTIVITY_TYPE_T", "parameters": {}}"#,
            failed("field.absent", "/timestampMs")
        ),
        Row(
            "timestampMs no number",
            allow(""),
            activity("ACTIVITY_TYPE_T", timestamp: "1e12"),
            failed("field.type", "/timestampMs")
        ),
        Row(
            "timestampMs of 90 digits",
            allow(""),
            activity("ACTIVITY_TYPE_T", timestamp: String(repeating: "9", count: 90)),
            failed("time.stale", "/timestampMs")
        ),
        Row(
            "until is outside",
            allow(#", "time": {"days": ["mon"], "from": "00:00", "until": "10:00"}"#),
            t,
            failed("time.window")
        ),
        Row("from is inside", allow(#", "time": {"days": ["mon"], "from": "10:00", "until": "10:01"}"#), t, allowed),
        Row(
            "another day",
            allow(#", "time": {"days": ["sun"], "from": "00:00", "until": "23:59"}"#),
            t,
            failed("time.window")
        ),
    ]

    private static func when(_ condition: String, only: String = "[]") -> String {
        #""effect": "allow", "kind": ["T"], "only": \#(only), "when": [{"at": "/parameters/x", \#(condition)}]"#
    }

    private static func denyWhen(_ condition: String) -> String {
        deny(#", "when": [{"at": "/parameters/x", \#(condition)}]"#)
    }

    static let conditions: [Row] = {
        let x = "/parameters/x"
        let rows: [(String, String, String?)] = [
            (#""is": "a""#, #""a""#, nil), (#""is": "a""#, #""\u0061""#, nil), (#""is": "a""#, #""b""#, "field.value"),
            (#""is": "a""#, "1", "field.type"), (#""is": "a""#, "null", "field.type"),
            (#""is": "é""#, #""e\u0301""#, "field.value"),
            (#""is": true"#, "true", nil), (#""is": true"#, "false", "field.value"),
            (#""is": true"#, #""true""#, "field.type"),
            (#""is": 24"#, "24", nil), (#""is": 24"#, "24.0", "field.type"), (#""is": 24"#, #""24""#, "field.type"),
            (#""is": 24"#, "-24", "field.value"), (#""is": 0"#, "-0", nil), (#""is": -5"#, "-5", nil),
            (#""in": ["a", "b"]"#, #""b""#, nil), (#""in": ["a"]"#, #""c""#, "field.value"),
            (#""in": ["a"]"#, "[]", "field.type"),
            (#""in": ["K"]"#, "\"\u{212A}\"", "field.value"),
            (
                #""address": ["0x\#(String(repeating: "aB", count: 20))"]"#,
                "\"0x\(String(repeating: "Ab", count: 20))\"", nil
            ),
            (
                #""address": ["0x\#(String(repeating: "aB", count: 20))"]"#,
                "\"0X\(String(repeating: "ab", count: 20))\"", "field.value"
            ),
            (#""address": ["wAllet"]"#, #""wAllet""#, nil), (#""address": ["wAllet"]"#, #""wallet""#, "field.value"),
            (#""between": ["1", "9"]"#, "1", nil), (#""between": ["1", "9"]"#, #""9""#, nil),
            (#""between": ["1", "9"]"#, "10", "field.value"),
            (#""between": ["1", "9"]"#, "0", "field.value"), (#""between": ["1", "9"]"#, #""05""#, "field.type"),
            (#""between": ["1", "9"]"#, #""0x5""#, "field.type"), (#""between": ["1", "9"]"#, "-5", "field.type"),
            (#""between": ["1", "9"]"#, "5.0", "field.type"), (#""between": ["1", "9"]"#, "5e0", "field.type"),
            (#""between": ["0", "9"]"#, "-0", "field.type"),
            (#""between": ["1", "9"]"#, "\"\(String(repeating: "9", count: 79))\"", "field.type"),
            (
                #""between": ["1", "\#(String(repeating: "9", count: 78))"]"#,
                "\"\(String(repeating: "9", count: 78))\"", nil
            ),
            (#""count": [1, 2]"#, "[1]", nil), (#""count": [1, 2]"#, "[]", "field.value"),
            (#""count": [1, 2]"#, "[1,2,3]", "field.value"),
            (#""count": [1, 2]"#, "1", "field.type"), (#""absent": true"#, "null", "field.value"),
            (#""ownKey": true"#, #""02ab""#, "field.value"), (#""pendingKey": true"#, "7", "field.type"),
        ]
        var result = rows.map { condition, value, reason in
            let verdict = reason.map { failed($0, x) } ?? allowed
            return Row("\(condition) of \(value)", when(condition), parameters(#"{"x": \#(value)}"#), verdict)
        }
        // A deny rule denies where it matches, and where it cannot be told.
        result += rows.map { condition, value, reason in
            let verdict = reason == "field.value" ? none : denied
            return Row("deny: \(condition) of \(value)", denyWhen(condition), parameters(#"{"x": \#(value)}"#), verdict)
        }
        result += [
            Row("absent", when(#""is": "a""#), parameters("{}"), failed("field.absent", x)),
            Row("deny: absent", denyWhen(#""is": "a""#), parameters("{}"), denied),
            Row("absent holds where it is not there", when(#""absent": true"#), parameters("{}"), allowed),
            Row(
                "absent fails where one element alone has it",
                #""effect": "allow", "kind": ["T"], "only": ["x/**"], "when": [{"at": "/parameters/x/*/y", "absent": true}]"#,
                parameters(#"{"x": [7, {"y": 1}]}"#),
                failed("field.value", "/parameters/x/*/y")
            ),
            Row(
                "evm unreadable",
                when(
                    #""evm": {"chainId": [1], "to": ["0x\#(String(repeating: "11", count: 20))"], "valueAtMost": "1", "feeAtMost": "1"}"#
                ),
                parameters(#"{"x": "0x02"}"#),
                failed("field.value", x)
            ),
            Row(
                "deny: evm unreadable",
                denyWhen(
                    #""evm": {"chainId": [1], "to": ["0x\#(String(repeating: "11", count: 20))"], "valueAtMost": "1", "feeAtMost": "1"}"#
                ),
                parameters(#"{"x": "0x02"}"#),
                denied
            ),
            Row(
                "deny: one thing untold is enough",
                deny(#", "when": [{"at": "/parameters/x", "is": "a"}, {"at": "/parameters/y", "is": "a"}]"#),
                parameters(#"{"x": "b"}"#),
                denied
            ),
        ]
        return result
    }()

    private static func elements(_ value: String, _ verdict: Verdict) -> Row {
        Row(
            "* of \(value)",
            #""effect": "allow", "kind": ["T"], "only": [], "when": [{"at": "/parameters/a/*/b", "is": "v"}]"#,
            parameters(#"{"a": \#(value)}"#),
            verdict
        )
    }

    private static func only(_ list: String, _ value: String, _ at: String?) -> Row {
        let verdict = at.map { failed("field.extra", "/parameters\($0)") } ?? allowed
        return Row(
            "only \(list) of \(value)",
            #""effect": "allow", "kind": ["T"], "only": \#(list)"#,
            parameters(value),
            verdict
        )
    }

    static let places: [Row] = [
        elements(#"[{"b": "v"}, {"b": "v"}]"#, allowed),
        elements(#"[{"b": "v"}, {"b": "w"}]"#, failed("field.value", "/parameters/a/*/b")),
        elements(#"[{"b": "v"}, {}]"#, failed("field.absent", "/parameters/a/*/b")),
        elements("[]", failed("field.absent", "/parameters/a/*/b")),
        elements(#"{"b": "v"}"#, failed("field.absent", "/parameters/a/*/b")),
        only("[]", "{}", nil), only("[]", #"{"x": {}}"#, "/x"), only(#"["x"]"#, #"{"x": 1}"#, nil),
        only(#"["x"]"#, #"{"x": [1, "a", null]}"#, nil), only(#"["x"]"#, #"{"x": []}"#, nil),
        only(#"["x"]"#, #"{"x": {}}"#, "/x"), only(#"["x"]"#, #"{"x": [{}]}"#, "/x"),
        only(#"["x"]"#, #"{"x": [[]]}"#, "/x"),
        only(#"["a/*/b"]"#, #"{"a": []}"#, nil), only(#"["a/*/b"]"#, #"{"a": [{}]}"#, nil),
        only(#"["a/*/b"]"#, #"{"a": {}}"#, nil),
        only(#"["a/*/b"]"#, #"{"a": 1}"#, "/a"), only(#"["a/*/b"]"#, #"{"a": [1]}"#, "/a/*"),
        only(#"["a/*/b"]"#, #"{"a": [{"b": 1}, {"c": 1}]}"#, "/a/*/c"),
        only(#"["a/*/b"]"#, #"{"a": {"b": 1}}"#, "/a/b"),
        only(#"["a/**"]"#, #"{"a": {"b": [{"c": [[1]]}]}}"#, nil), only(#"["a/**"]"#, #"{"a": 1, "b": 1}"#, "/b"),
        only(#"["a~1b/c~0d"]"#, #"{"a/b": {"c~d": 1}}"#, nil),
        only(#"["a~1b/c"]"#, #"{"a/b": {"/~": 1}}"#, "/a~1b/~1~0"),
        only(#"["A"]"#, #"{"a": 1}"#, "/a"), only(#"["a/*"]"#, #"{"a": [[1], 2]}"#, nil),
    ]

    private static func query(_ value: String, _ verdict: Verdict) -> Row {
        Row(
            "a query \(value)",
            #""effect": "allow", "payload": "query", "members": ["a", "paginationOptions"]"#,
            value,
            verdict
        )
    }

    static let queries: [Row] = [
        query("{}", allowed), query(#"{"a": [1, "x"]}"#, allowed), query(#"{"a": {}}"#, failed("field.type", "/a")),
        query(#"{"a": [[]]}"#, failed("field.type", "/a")), query(#"{"b": {}}"#, failed("field.extra", "/b")),
        query(#"{"paginationOptions": {"limit": "1", "after": null}}"#, allowed),
        query(#"{"paginationOptions": {"limit": []}}"#, failed("field.type", "/paginationOptions")),
        query(#"{"parameters": {}}"#, failed("field.extra", "/parameters")),
        query(#"{"\u0061": 1}"#, allowed), query(t, none),
    ]

    @Test("one rule decides as its page says", arguments: callers + payloads + conditions + places + queries)
    func decides(_ row: Row) throws {
        #expect(Verdict(try readRule(row.rule).decide(row.payload, row.caller)) == row.verdict)
    }

    @Test(
        "a rule set is refused for each fault that its page names",
        arguments: [
            ("an unknown member", #""effect": "allow", "kind": ["T"], "only": [], "x": 1"#),
            ("an empty who", #""effect": "allow", "kind": ["T"], "only": [], "who": {}"#),
            ("no address in to", when(#""evm": {"chainId": [1], "to": ["x"], "valueAtMost": "1", "feeAtMost": "1"}"#)),
            ("a reversed range", when(#""between": ["2", "1"]"#)), ("a reversed count", when(#""count": [2, 1]"#)),
            ("two operators", when(#""is": "a", "absent": true"#)), ("absent: false", when(#""absent": false"#)),
            (
                "evm shown without evm",
                #""effect": "confirm", "kind": ["T"], "only": [], "confirm": {"timeout": 1, "show": ["evm.to"]}"#
            ),
            (
                "evm summed without evm",
                allow(#", "limit": [{"name": "n", "sum": "evm.spend", "max": "1", "window": 1, "by": "all"}]"#)
            ),
            ("* in a type", #""effect": "deny", "type": ["ACTIVITY_TYPE_*"]"#),
            ("* within a kind", deny(#", "who": {"uid": [1]}"#).replacing("\"T\"", with: "\"T*X\"")),
            ("a uid that is nobody's", allow(#", "who": {"uid": [4294967295]}"#)),
            ("no unit's name", allow(#", "who": {"unit": ["app"]}"#)),
            ("members of an activity", allow(#", "members": ["a"]"#)),
            ("only of a query", #""effect": "deny", "payload": "query", "only": []"#),
            ("kind of a query", #""effect": "deny", "payload": "query", "kind": ["T"]"#),
            ("a spelling of type", #""effect": "allow", "payload": "query", "members": ["T_ype"]"#),
            ("a long s in timestampMs", #""effect": "allow", "payload": "query", "members": ["time\u{17F}tampMs"]"#),
            ("a spelling of timestampMs", #""effect": "allow", "payload": "query", "members": ["timestamp_ms"]"#),
            ("time in a deny rule", deny(#", "time": {"days": ["mon"], "from": "08:00", "until": "09:00"}"#)),
            ("time without until", allow(#", "time": {"days": ["mon"], "from": "08:00"}"#)),
            ("25 o'clock", allow(#", "time": {"days": ["mon"], "from": "08:00", "until": "25:00"}"#)),
            ("limit in a deny rule", deny(#", "limit": [{"name": "n", "count": 1, "window": 1, "by": "all"}]"#)),
            ("a limit of nothing", allow(#", "limit": [{"name": "n", "count": 0, "window": 1, "by": "all"}]"#)),
            ("confirm without confirm", #""effect": "confirm", "kind": ["T"], "only": []"#),
            (
                "a timeout beyond 600 s",
                #""effect": "confirm", "kind": ["T"], "only": [], "confirm": {"timeout": 601, "show": ["/type"]}"#
            ),
            ("a pointer with a stray ~", #""effect": "deny", "kind": ["T"], "when": [{"at": "/a~", "absent": true}]"#),
            (
                "a word that nothing bounds",
                when(
                    #""evm": {"chainId": [1], "to": ["0x\#(String(repeating: "11", count: 20))"], "valueAtMost": "1", "feeAtMost": "1", "data": [{"selector": "0x00000000", "words": [{"any": true}]}]}"#
                ) + #", "limit": [{"name": "n", "sum": "evm.word.1", "max": "1", "window": 1, "by": "all"}]"#
            ),
        ]
    ) func refused(_ name: String, _ rule: String) {
        #expect(!faults(#"{"version": 1, "rules": [{"id": "r", \#(rule)}]}"#).isEmpty)
    }

    @Test("nearest is the rule of which most conditions held; the first of equals") func nearest() throws {
        func rule(_ id: String, _ conditions: String...) -> String {
            let when = conditions.map { #"{"at": "/parameters/\#($0)", "is": "v"}"# }.joined(separator: ", ")
            return #"{"id": "\#(id)", "effect": "allow", "kind": ["T"], "only": [], "when": [\#(when)]}"#
        }
        let set = try readSet(
            #"{"version": 1, "rules": [\#(rule("a", "x")), \#(rule("b", "y", "x")), \#(rule("c", "y", "z"))]}"#
        )
        let decision = set.decide(Self.parameters(#"{"y": "v", "x": 1}"#))
        #expect(Verdict(decision) == Verdict("deny", "b", "field.type", at: "/parameters/x"))
    }

    @Test("an explanation says of each rule whether it passed, failed or held") func explanation() throws {
        let set = try readSet(
            #"""
            {"version": 1, "rules": [
            {"id": "no", "effect": "deny", "kind": ["T"], "when": [{"at": "/parameters/x", "is": "bad"}]},
            {"id": "other", "effect": "allow", "kind": ["U"], "only": []},
            {"id": "near", "effect": "allow", "kind": ["T"], "only": []},
            {"id": "yes", "effect": "confirm", "kind": ["T"], "only": ["x"],
            "confirm": {"timeout": 9, "show": ["/parameters/x", "/parameters/y"]}}]}
            """#
        )
        let explanation = set.explain(Self.parameters(#"{"x": "é\""}"#))
        #expect(Verdict(explanation.decision) == Verdict("confirm", "yes"))
        #expect(
            explanation.steps.map { "\($0.id) \($0.outcome) \($0.reason?.text ?? "-") \($0.at ?? "-")" } == [
                "no failed field.value /parameters/x", "other passed - -", "near failed field.extra /parameters/x",
                "yes held - -",
            ]
        )
        let shown = try #require(explanation.decision.confirmation).shown.map { "\($0.at) \($0.text)" }
        #expect(
            shown == [
                #"/type "ACTIVITY_TYPE_T""#, #"/organizationId "org""#, #"/parameters/x "\u00e9\"""#, "/parameters/y ",
            ]
        )
        let untold = set.explain(Self.parameters(#"{"x": 7}"#))
        #expect(untold.steps.first.map { "\($0.outcome) \($0.reason?.text ?? "-")" } == "held field.type")
    }

    @Test("a value of more than 200 bytes is not shown, but refused for good") func shown() throws {
        let set = try readRule(
            #""effect": "confirm", "kind": ["T"], "only": ["x"], "confirm": {"timeout": 9, "show": ["/parameters/x"]}"#
        )
        let fitting = String(repeating: "a", count: 198)
        #expect(set.decide(Self.parameters(#"{"x": "\#(fitting)"}"#)).effect == .confirm)
        let decision = set.decide(Self.parameters(#"{"x": "\#(fitting)a"}"#))
        #expect(Verdict(decision) == Self.failed("field.value", "/parameters/x"))
        #expect(decision.reason?.isTransient == false)
    }

    @Test("at a yes deny rules, who and time are asked again, and fresh and limits are not") func yes() throws {
        let set = try readSet(
            #"""
            {"version": 1, "rules": [
            {"id": "no", "effect": "deny", "kind": ["T"], "who": {"uid": [7]}},
            {"id": "ask", "effect": "confirm", "kind": ["T"], "who": {"unit": ["app.service"]}, "only": [], "fresh": {"past": 1},
            "time": {"days": ["mon"], "from": "10:00", "until": "10:05"}, "confirm": {"timeout": 600, "show": ["/type"]}}]}
            """#
        )
        func again(_ caller: Caller = .sample(), after seconds: Int64 = 60) -> Decision {
            var workspace = Workspace()
            let clock = Clock.sample(wall: Clock.monday + seconds * 1000)
            return set.confirm(Self.t.utf8.span, by: 1, for: caller, at: clock, using: &workspace)
        }
        #expect(set.decide(Self.t).effect == .confirm)
        #expect(again().effect == .allow)
        #expect(again(after: 300).reason == .timeWindow)
        #expect(again(.sample(unit: "b.service")).reason == .ruleNone)
        #expect(Verdict(again(.sample(account: 7))) == Verdict("deny", "no", "rule.deny"))
    }

    @Test("a set that observes refuses by deny rules alone, and tells what it would have said") func observes() throws {
        let set = try readSet(
            #"""
            {"version": 1, "mode": "observe", "rules": [{"id": "no", "effect": "deny", "kind": ["D"]},
            {"id": "ask", "effect": "confirm", "kind": ["C"], "only": [], "confirm": {"timeout": 1, "show": ["/type"]}}]}
            """#
        )
        let deny = set.decide(activity("ACTIVITY_TYPE_D"))
        #expect(deny.answer == .refuse && !deny.wouldDeny)
        let ask = set.decide(activity("ACTIVITY_TYPE_C"))
        #expect(ask.answer == .stamp && ask.wouldConfirm && ask.effect == .confirm)
        for payload in ["x", activity("ACTIVITY_TYPE_E")] {
            let decision = set.decide(payload)
            #expect(decision.answer == .stamp && decision.wouldDeny && decision.effect == .deny)
        }
    }

    @Test("only another time may help a limit, a window and a confirmation that nobody gave") func transient() {
        let all: [Reason] = [
            .payloadMalformed, .fieldAbsent, .fieldType, .fieldValue, .fieldExtra, .ruleDeny, .ruleNone, .timeStale,
            .timeWindow, .limit("n"), .confirmRefused, .confirmTimeout, .confirmNobody,
        ]
        #expect(all.filter(\.isTransient) == [.timeWindow, .limit("n"), .confirmTimeout, .confirmNobody])
    }
}
