// SPDX-License-Identifier: Apache-2.0
import Foundation
import Rules
import Testing

@Suite("Built-in rule sets") struct BuiltInTests {
    private func paths() throws -> [(path: String, type: String?, members: [String])] {
        try #require(try fixture("turnkey-paths")["paths"] as? [[String: Any]]).map {
            (
                try #require($0["path"] as? String), $0["type"] as? String,
                try #require($0["members"] as? [String])
            )
        }
    }

    private func contained() throws -> [String: [String]] {
        try #require(try fixture("turnkey-contained")["types"] as? [String: [String]])
    }

    private func set(_ name: String) throws -> RuleSet { try readSet("\"\(name)\"") }

    /// An object that has all these places.
    private func object(_ places: [String]) throws -> String {
        func put(_ value: Any?, _ parts: ArraySlice<Substring>) -> Any {
            guard let first = parts.first, first != "**" else { return value ?? "x" }
            if first == "*" { return [put((value as? [Any])?.first, parts.dropFirst())] }
            var object = value as? [String: Any] ?? [:]
            object[String(first)] = put(object[String(first)], parts.dropFirst())
            return object
        }
        var value: Any = [:]
        for place in places { value = put(value, place.split(separator: "/")[...]) }
        return try jsonText(value)
    }

    @Test("open is no set; a name that is none is refused") func names() throws {
        #expect(try RuleSets.readSet("\"open\"".utf8.span, socket: "stamp") == nil)
        #expect(faults("\"close\"").count == 1)
        for name in ["queries", "contained", "sessions"] { #expect(try set(name).ruleCount > 0) }
    }

    @Test("what a user would write of a built-in set reads as a set") func texts() throws {
        for builtIn in BuiltInSet.allCases {
            guard let text = builtIn.text else { continue }
            #expect(faults(text) == [])
            #expect(try readSet(text).ruleCount == set(builtIn.rawValue).ruleCount)
        }
    }

    @Test("each query of the API is a query to every set, with all its members") func queries() throws {
        for row in try paths() where row.type == nil {
            let body = try object(row.members)
            for name in ["queries", "contained", "sessions"] {
                #expect(try set(name).decide(body).effect == .allow, "\(name): \(row.path)")
            }
        }
        let foreign = try set("queries").decide(#"{"organizationId": "o", "other": "x"}"#)
        #expect(Verdict(foreign) == Verdict("deny", "queries", "field.extra", at: "/other"))
    }

    @Test("contained allows the types of its table, with all their members and no other") func types() throws {
        let table = try contained()
        #expect(table.count == 20)
        for (type, members) in table {
            #expect(try set("contained").decide(activity(type, object(members))).effect == .allow, "\(type)")
            let extra = try set("contained").decide(activity(type, object(members + ["zzz"])))
            #expect(extra.reason == .fieldExtra && extra.at == "/parameters/zzz", "\(type)")
            #expect(try set("queries").decide(activity(type)).reason == .ruleNone)
        }
    }

    @Test("no other type of the API is contained, nor any kind of those that make authority") func others() throws {
        let policy = try #require(try fixture("turnkey-policy")["activities"] as? [[String: Any]])
        let table = try contained()
        let known = try policy.map { try #require($0["type"] as? String) } + paths().compactMap(\.type)
        #expect(known.count > 200)
        var others = 0
        for type in known where table[type] == nil {
            #expect(
                Verdict(try set("contained").decide(activity(type))) == Verdict("deny", nil, "rule.none"),
                "\(type)"
            )
            others += 1
        }
        #expect(others > 100)
    }

    @Test("contained wants the session's organization where it has one, and stamps of now") func bounds() throws {
        let set = try set("contained")
        let payload = activity("ACTIVITY_TYPE_UPDATE_WALLET")
        #expect(set.decide(payload, .sample(organizationId: "ORG")).effect == .allow)
        #expect(set.decide(payload, .sample(organizationId: nil)).effect == .allow)
        let other = set.decide(payload, .sample(organizationId: "other"))
        #expect(other.reason == .fieldValue && other.at == "/organizationId")
        for (offset, reason) in [(-300_000, nil), (-300_001, Reason.timeStale), (60_000, nil), (60_001, .timeStale)] {
            let stamp = "\(Clock.monday + Int64(offset))"
            #expect(set.decide(activity("ACTIVITY_TYPE_UPDATE_WALLET", timestamp: stamp)).reason == reason)
        }
    }

    @Test("sessions makes and ends sessions of this frame's own keys alone") func sessions() throws {
        let (own, foreign) = ("02" + String(repeating: "ab", count: 32), "03" + String(repeating: "cd", count: 32))
        let embedded = "04" + String(repeating: "ef", count: 64)
        var caller = Caller.sample()
        caller.pendingKey = KeyBytes(hex: own)
        caller.embeddedKey = KeyBytes(hex: embedded)
        let set = try set("sessions")
        let rows: [(String, (String) -> String, String)] = [
            ("STAMP_LOGIN", { #"{"publicKey": "\#($0)", "expirationSeconds": "900"}"# }, own),
            ("CREATE_API_KEYS_V2", { #"{"userId": "u", "apiKeys": [{"publicKey": "\#($0)"}]}"# }, own),
            ("CREATE_READ_WRITE_SESSION_V2", { #"{"targetPublicKey": "\#($0)"}"# }, embedded),
        ]
        for (name, parameters, key) in rows {
            let type = "ACTIVITY_TYPE_\(name)"
            #expect(set.decide(activity(type, parameters(key)), caller).effect == .allow)
            #expect(set.decide(activity(type, parameters(foreign)), caller).reason == .fieldValue)
            #expect(set.decide(activity(type, parameters(key)), .sample()).reason == .fieldValue, "no key waits")
            #expect(try self.set("contained").decide(activity(type, parameters(key)), caller).reason == .ruleNone)
        }
        let two = #"{"apiKeys": [{"publicKey": "\#(own)"}, {"publicKey": "\#(own)"}]}"#
        #expect(set.decide(activity("ACTIVITY_TYPE_CREATE_API_KEYS_V2", two), caller).at == "/parameters/apiKeys")
        #expect(set.decide(activity("ACTIVITY_TYPE_DELETE_API_KEYS", #"{"apiKeyIds": ["k"]}"#)).effect == .allow)
        #expect(set.decide(activity("ACTIVITY_TYPE_CREATE_API_KEYS", "{}"), caller).reason == .ruleNone)
    }
}
