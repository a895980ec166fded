// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@Suite("the audit of rules", .serialized, .timeLimit(.minutes(15)))
struct RuleAuditTests {
    private static func withRules(
        _ text: String,
        _ body: (FrameProcess, FakeJournal, ConfigurationFile) throws -> Void
    ) async throws {
        let own = try TemporaryDirectory()
        defer { own.remove() }
        let file = try ConfigurationFile(text, in: own.path)
        try await withAuditedFrame(["--configuration", file.path]) { frame, journal in
            try frame.startSession()
            // The session's last record comes behind the reply.
            _ = try journal.read("sessionStarted")
            try body(frame, journal, file)
        }
    }

    /// Of a record, what rules have to do with.
    private static func told(_ record: FakeJournal.Record) -> [String] {
        let names = ["EVENT", "DECISION", "RULE", "SOCKET", "RULE_ID", "REASON", "DELEGATE", "PATH"]
        return names.map { record["STAMPD_\($0)"] ?? "-" }
    }

    @Test("each record names rule, reason, delegate and path; of a set that observes, what it would have said")
    func records() async throws {
        func rules(_ mode: String) -> String {
            """
            {"authorization": {"stamp": {"mayName": {"uids": [\(getuid())]}}},
             "rules": {"stamp": {"version": 1, "mode": "\(mode)", "rules": [
               {"id": "wallets", "effect": "allow", "who": {"delegate": ["agent"]}, "kind": ["CREATE_WALLET"],
                "only": ["walletName"]}]}}}
            """
        }
        try await Self.withRules(rules("enforce")) { frame, journal, file in
            let client = try frame.stampClient()
            let path = "/public/v1/submit/create_wallet"
            let named = ["payload": wallet("w"), "delegate": "agent", "path": path]
            #expect(try client.stamper("Stamp", named).error == nil)
            #expect(try Self.told(journal.read()) == ["stamp", "allowed", "-", "stamp", "wallets", "-", "agent", path])
            #expect(try client.stamper("Stamp", ["payload": "{}", "delegate": "agent"]).error != nil)
            let refused = ["refusal", "refused", "Denied.payload", "stamp", "-", "rule.none", "agent", "-"]
            #expect(try Self.told(journal.read()) == refused)
            try file.replace(rules("observe"))
            frame.process.send(SIGHUP)
            try frame.waitForLog("reloaded: rules\n")
            #expect(try client.stamper("Stamp", ["payload": "{}", "delegate": "agent"]).error == nil)
            let observed = ["stamp", "wouldDeny", "-", "stamp", "-", "rule.none", "agent", "-"]
            #expect(try Self.told(journal.read()) == observed)
            // Without rules, a record says nothing of them.
            try file.replace("{}")
            frame.process.send(SIGHUP)
            try frame.waitForLog("reloaded: authorization, rules\n")
            #expect(try client.stamper("Stamp", ["payload": "{}"]).error == nil)
            #expect(try Self.told(journal.read()) == ["stamp", "allowed", "-", "-", "-", "-", "-", "-"])
        }
    }

    @Test("a rule on a unit is about the unit that the kernel tells; where it tells none, it allows nothing and denies")
    func unit() async throws {
        func rules(_ unit: String) -> String {
            """
            {"rules": {"stamp": {"version": 1, "rules": [
               {"id": "own", "effect": "allow", "who": {"unit": ["\(unit)"]}, "kind": ["CREATE_WALLET"], "only": ["walletName"]}
             ]}, "control": {"version": 1, "rules": [
               {"id": "no", "effect": "deny", "who": {"unit": ["\(unit)"]}, "kind": ["CREATE_WALLET"]},
               {"id": "yes", "effect": "allow", "kind": ["CREATE_WALLET"], "only": ["walletName"]}
             ]}}}
            """
        }
        try await Self.withRules("{}") { frame, journal, file in
            let (client, control) = (try frame.stampClient(), try frame.controlClient())
            #expect(try client.stamper("Stamp", ["payload": wallet("w")]).error == nil)
            let unit = try journal.read()["STAMPD_PEER_UNIT"]
            for (name, isOwn) in [(unit ?? "none.service", true), ("other.service", false)] {
                try file.replace(rules(name))
                frame.process.send(SIGHUP)
                try frame.waitForLog("reloaded: rules\n")
                // A file of one rule takes the place of another's: both are read before the next call is answered.
                let isAllowed = unit != nil && isOwn
                let isDenied = unit == nil || isOwn
                try waitUntil("the rules on \(name)") {
                    let stamped = try client.stamper("Stamp", ["payload": wallet("w")])
                    let controlled = try control.stamper("Stamp", ["payload": wallet("w")])
                    return (stamped.error == nil) == isAllowed && (controlled.error != nil) == isDenied
                }
            }
        }
    }
}
