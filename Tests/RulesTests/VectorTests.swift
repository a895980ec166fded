// SPDX-License-Identifier: Apache-2.0
import Foundation
import Rules
import Testing

@Suite("Rule vectors") struct VectorTests {
    @Test("every decision of rules.json agrees") func decisions() throws {
        let vectors = try fixture("rules")
        let texts = try #require(vectors["ruleSets"] as? [String: Any])
        var sets: [String: RuleSet] = [:]
        for (name, set) in texts { sets[name] = try readSet(jsonText(set)) }
        let rows = try #require(vectors["decisions"] as? [[String: Any]])
        #expect(rows.count == 117)
        for (number, row) in rows.enumerated() {
            let name = try #require(row["ruleSet"] as? String)
            let set = try #require(sets[name])
            let caller = try Caller(vector: try #require(row["caller"] as? [String: Any]))
            let now = try Date(try #require(row["now"] as? String), strategy: .iso8601)
            let clock = Clock.sample(wall: Int64(now.timeIntervalSince1970 * 1000))
            var counters = Counters()
            for payload in row["before"] as? [String] ?? [] {
                let decision = set.decide(payload, caller, at: clock, with: counters)
                #expect(decision.effect == .allow)
                counters.charge(decision.charges, at: clock.bootNanoseconds)
            }
            let expected = try #require(row["expect"] as? [String: Any])
            let payload = try #require(row["payload"] as? String)
            var found = Verdict(set.decide(payload, caller, at: clock, with: counters))
            if expected["id"] == nil { found.id = nil }
            let wanted = Verdict(
                try #require(expected["effect"] as? String),
                expected["id"] as? String,
                expected["reason"] as? String,
                at: expected["at"] as? String
            )
            #expect(found == wanted, "decision \(number)")
        }
    }

    @Test("every rule set that is to be refused is, at the member that it names") func refused() throws {
        let rows = try #require(try fixture("rules")["refusedRuleSets"] as? [[String: Any]])
        #expect(rows.count == 40)
        for row in rows {
            let because = try #require(row["because"] as? String)
            let found = faults(try jsonText(try #require(row["ruleSet"])))
            let member = String(because.prefix { $0 != ":" })
            #expect(found.contains { $0.hasPrefix(member) }, "\(because), but: \(found)")
        }
    }
}

extension Caller {
    fileprivate init(vector: [String: Any]) throws {
        func text(_ name: String) -> String? { vector[name] as? String }
        let origin = try #require(text("origin"))
        func key(_ name: String) -> KeyBytes? { text(name).flatMap { KeyBytes(hex: $0) } }
        self.init(
            account: try #require(vector["uid"] as? UInt32),
            gids: try #require(vector["gids"] as? [UInt32]),
            units: text("unit").map { [$0] },
            session: Session(
                name: Text(try #require(text("session"))),
                origin: try #require(Origin(rawValue: origin)),
                publicKey: key("sessionPublicKey"),
                organizationId: text("organizationId").map { Text($0) }
            ),
            delegate: text("delegate").map { .text($0) } ?? .none,
            path: text("path").map { .text($0) } ?? .none,
            pendingKey: key("pendingPublicKey"),
            embeddedKey: key("embeddedPublicKey")
        )
    }
}
