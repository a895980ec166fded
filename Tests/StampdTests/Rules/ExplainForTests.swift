// SPDX-License-Identifier: Apache-2.0
import Foundation
import Rules
import SignerCore
import Testing
import Varlink

@testable import stampd

@Suite("ExplainFor", .serialized)
struct ExplainForTests {
    @Test("every decision of rules.json that a generated key can ask is what ExplainFor answers") func vectors() throws
    {
        let file = repository("Tests/Fixtures/rules.json")
        let vectors = try #require(try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any])
        let sets = try #require(vectors["ruleSets"] as? [String: Any])
        var asked = 0
        for row in try #require(vectors["decisions"] as? [[String: Any]]) {
            let caller = try #require(row["caller"] as? [String: Any])
            // Keys of the rows are not this frame's; limits are other tests'.
            let own = ["sessionPublicKey", "pendingPublicKey", "embeddedPublicKey"]
            guard row["before"] == nil, own.allSatisfy({ caller[$0] == nil }) else { continue }
            let setName = try #require(row["ruleSet"] as? String)
            let set = try #require(sets[setName])
            let options: JSONSerialization.WritingOptions = [.fragmentsAllowed, .withoutEscapingSlashes]
            let data = try JSONSerialization.data(withJSONObject: ["stamp": set], options: options)
            let frame = try RuledFrame(rules: String(decoding: data, as: UTF8.self))
            let now = try Date(try #require(row["now"] as? String), strategy: .iso8601)
            frame.clocks.wall = Int64(now.timeIntervalSince1970 * 1000)
            let name = try #require(caller["session"] as? String)
            try frame.startSession(name, organizationId: caller["organizationId"] as? String)
            var parameters: [String: Any] = ["socket": "stamp", "payload": try #require(row["payload"])]
            for name in ["uid", "gids", "unit", "session", "delegate", "path"] { parameters[name] = caller[name] }
            let expected = try #require(row["expect"] as? [String: Any])
            // No vector's answer depends on where the key comes from, but those of the one rule that asks.
            if expected["id"] as? String == "wallets-for-acme", caller["origin"] as? String == "bundle" { continue }
            let reply = try frame.call("ExplainFor", parameters, at: "control")
            let found = try #require(reply["explanation"] as? [String: Any], "\(reply)")
            for member in ["effect", "id", "reason", "at"] where expected.keys.contains(member) {
                #expect(found[member] as? String == expected[member] as? String, "\(row["payload"] ?? "")")
            }
            #expect(try frame.call("GetRules", [:], at: "control")["ruleSets"] != nil)
            asked += 1
        }
        #expect(asked > 90)
    }

    private static let rules = stampRules(
        """
        {"id": "of-group", "effect": "allow", "who": {"gid": [2001]}, "kind": ["CREATE_WALLET"], "only": ["walletName"]}
        """,
        """
        {"id": "of-session", "effect": "deny", "who": {"session": ["other"]}, "kind": ["CREATE_POLICY"]}
        """,
        """
        {"id": "of-delegate", "effect": "deny", "who": {"delegate": ["d"]}, "kind": ["CREATE_USERS"]}
        """,
        """
        {"id": "users", "effect": "allow", "kind": ["CREATE_USERS"], "only": []}
        """
    )

    private static func ask(_ frame: RuledFrame, _ payload: String, _ others: [String: Any]) throws -> String {
        let own: [String: Any] = ["socket": "stamp", "payload": payload, "uid": 1000]
        let reply = try frame.call("ExplainFor", own.merging(others) { $1 }, at: "control")
        return reply["error"] == nil
            ? try RuledFrame.explanation(reply) : "\(reply["error"] ?? "") \(reply["parameter"] ?? "")"
    }

    @Test("absent groups are none, an absent delegate or path is a direct call, a session that is not there is untold")
    func absences() throws {
        let frame = try RuledFrame(rules: Self.rules)
        #expect(try Self.ask(frame, walletPayload, [:]) == "deny enforce rule.none")
        #expect(try Self.ask(frame, walletPayload, ["gids": [7, 2001]]) == "allow enforce of-group")
        let policy = activity("ACTIVITY_TYPE_CREATE_POLICY")
        #expect(try Self.ask(frame, policy, ["session": "nobody"]) == "deny enforce of-session rule.deny")
        try frame.startSession("nobody")
        #expect(try Self.ask(frame, policy, ["session": "nobody"]) == "deny enforce rule.none")
        let users = activity("ACTIVITY_TYPE_CREATE_USERS")
        #expect(try Self.ask(frame, users, [:]) == "allow enforce users")
        #expect(try Self.ask(frame, users, ["delegate": "d"]) == "deny enforce of-delegate rule.deny")
        try frame.call("Lock", [:], at: "control")
        #expect(try Self.ask(frame, users, [:]) == "allow enforce users")
    }

    @Test("an unknown socket, and what is no number or name, is InvalidParameter; a socket without rules is open")
    func parameters() throws {
        let frame = try RuledFrame(
            rules: #"{"stamp": "contained", "stamp-x": "open"}"#,
            sockets: ["control", "stamp", "stamp-x"]
        )
        let rows: [(String, Any)] = [
            ("socket", "stamp-y"), ("socket", "STAMP"), ("socket", ""), ("uid", -1), ("uid", 4_294_967_295),
            ("uid", "0"), ("gids", [-1]), ("gids", ["0"]), ("gids", 0), ("gids", [[0]]), ("unit", "app"),
            ("unit", "../app.service"), ("session", "!"), ("delegate", ""), ("path", ""), ("payload", 7),
        ]
        for (name, value) in rows {
            #expect(try Self.ask(frame, "{}", [name: value]) == "InvalidParameter \(name)", "\(name) \(value)")
        }
        for socket in ["stamp-x", "control"] {
            #expect(try Self.ask(frame, "no JSON", ["socket": socket]) == "allow none")
        }
        let atStamp = try frame.call("ExplainFor", ["socket": "stamp", "payload": "{}", "uid": 0], at: "stamp")
        #expect(atStamp["error"] != nil)
    }

    @Test("a uid is a kernel's number: a container's user is explained as its owner's account") func account() throws {
        let frame = try RuledFrame(
            rules: stampRules(
                """
                {"id": "owner", "effect": "allow", "who": {"uid": [1000]}, "kind": ["CREATE_WALLET"], "only": ["walletName"]}
                """
            )
        )
        frame.handler.account = { $0 >= 100_000 ? .user(1000) : .user($0) }
        #expect(try Self.ask(frame, walletPayload, ["uid": 100_007]) == "allow enforce owner")
        #expect(try Self.ask(frame, walletPayload, ["uid": 1001]) == "deny enforce rule.none")
    }

    @Test("a unit is every name that a rule may call it") func unitNames() throws {
        let rule = """
            {"id": "unit", "effect": "allow", "who": {"unit": ["NAME"]}, "kind": ["CREATE_WALLET"], "only": ["walletName"]}
            """
        let rows = [
            ("app@a.service", ["app@a.service", "app@.service"], ["app@b.service", "app.service"]),
            (
                "user@1000.service/app.service",
                ["user@1000.service/app.service", "user@1000.service", "user@.service"],
                ["app.service", "user@1001.service"]
            ),
        ]
        for (unit, listed, others) in rows {
            for name in listed + others {
                let frame = try RuledFrame(rules: stampRules(rule.replacing("NAME", with: name)))
                let expected = listed.contains(name) ? "allow enforce unit" : "deny enforce rule.none"
                #expect(try Self.ask(frame, walletPayload, ["unit": unit]) == expected, "\(unit) as \(name)")
            }
        }
    }

    @Test("it costs what a stamp costs of the rate") func rate() throws {
        let frame = try RuledFrame(rules: Self.rules, rate: StampLimits(perSecond: 1, burstSeconds: 1))
        #expect(try Self.ask(frame, "{}", [:]) == "deny enforce rule.none")
        #expect(try Self.ask(frame, "{}", [:]) == "RateLimited ")
    }
}
