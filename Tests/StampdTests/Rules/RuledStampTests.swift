// SPDX-License-Identifier: Apache-2.0
import Foundation
import Rules
import SignerCore
import Testing
import Varlink

@testable import stampd

@Suite("a Stamp that rules decide", .serialized)
struct RuledStampTests {
    @Test("what a rule allows is stamped, and the exact bytes are what is judged") func allowed() throws {
        let frame = try RuledFrame(rules: stampRules(walletRule))
        try frame.startSession()
        #expect(try frame.stamp(walletPayload) == "stamped")
        let extra = activity("ACTIVITY_TYPE_CREATE_WALLET", #"{"walletName":"w","mnemonicLength":24}"#)
        #expect(
            try frame.stamp(extra)
                == "Denied rule=payload id=wallets reason=field.extra at=/parameters/mnemonicLength fallback=never"
        )
        // A byte more is another payload.
        #expect(try frame.stamp(walletPayload + " ") == "stamped")
        #expect(try frame.stamp(walletPayload + "x") == "Denied rule=payload reason=payload.malformed fallback=never")
        #expect(try frame.stamp("") == "Denied rule=payload reason=payload.malformed fallback=never")
        #expect(
            try frame.stamp(activity("ACTIVITY_TYPE_DELETE_WALLETS"))
                == "Denied rule=payload reason=rule.none fallback=never"
        )
        #expect(frame.handler.counters == .init(stamped: 2, denied: 4, failed: 0))
    }

    @Test("a socket without a set is asked nothing: what is no JSON is stamped there") func open() throws {
        let frame = try RuledFrame(
            rules: #"{"stamp": "open", "stamp-agent": "contained"}"#,
            sockets: ["control", "stamp", "stamp-agent"]
        )
        try frame.startSession()
        for socket in ["stamp", "control"] { #expect(try frame.stamp("no JSON", at: socket) == "stamped") }
        #expect(
            try frame.stamp("no JSON", at: "stamp-agent")
                == "Denied rule=payload reason=payload.malformed fallback=never"
        )
        #expect(try frame.explain("no JSON") == "allow none")
    }

    @Test("a socket without a set costs nothing more: nothing of the payload or the day is looked at") func cost()
        throws
    {
        let frame = try RuledFrame(rules: #"{"stamp": "open", "control": "contained"}"#)
        try frame.startSession()
        for _ in 0..<3 { #expect(try frame.stamp("no JSON") == "stamped") }
        #expect(frame.clocks.wallReadCount == 0)
        #expect(try frame.stamp("no JSON", at: "control") != "stamped")
        #expect(frame.clocks.wallReadCount == 1)
    }

    @Test("a payload of 1 MiB with 100,000 members is decided, and pays for its length") func large() throws {
        let members = (0..<100_000).map { "\"\(String($0, radix: 36))\":0" }.joined(separator: ",")
        var payload = "{" + members + "}"
        payload += String(repeating: " ", count: 1 << 20 - payload.utf8.count)
        #expect(payload.utf8.count == 1 << 20)
        let burst = 1200
        let frame = try RuledFrame(
            rules: #"{"stamp": "contained"}"#,
            rate: StampLimits(perSecond: 1, burstSeconds: Int64(burst))
        )
        try frame.startSession()
        let message = try JSONSerialization.data(
            withJSONObject: ["method": "io.stampd.Stamper.Stamp", "parameters": ["payload": payload]]
        )
        let tokens = burst * Int(CallRate.stampTokens)
        let affordable = tokens / Int(CallRate.tokens(.read, byteCount: message.count))
        #expect((5...8).contains(affordable))
        for _ in 0..<affordable {
            let refused = try frame.stamp(payload)
            #expect(refused.hasPrefix("Denied rule=payload id=") && refused.contains("reason=field.extra at=/0 "))
        }
        #expect(try frame.stamp(payload).hasPrefix("RateLimited "))
    }

    /// Each removes one of the reasons for a refusal, the first of them first.
    @Test("of all that refuses a Stamp, the first in the order is answered: and so by Explain") func order() throws {
        let frame = try RuledFrame(
            rules: stampRules(walletRule),
            rate: StampLimits(perSecond: 1, burstSeconds: 1)
        )
        let key = try frame.startSession("there")
        try frame.startSession("over", seconds: 1)
        frame.clocks.boot = frame.clocks.boot.adding(seconds: 2)
        frame.handler.keepTime(at: frame.clocks.boot)
        let other = String(repeating: "02", count: 33)
        #expect(try frame.stamp(walletPayload, ["session": "there"]) == "stamped")
        try frame.call("Lock", [:], at: "control")
        var call: [String: Any] = ["session": "over", "delegate": "d", "expectPublicKey": other]
        let refused = "{}"
        func both(_ expected: String) throws {
            #expect(try frame.stamp(refused, call) == expected)
            #expect(try frame.explain(refused, call.filter { $0.key != "expectPublicKey" }) == expected)
        }
        try both("Locked fallback=retry")
        try frame.call("Unlock", [:], at: "control")
        try both("SessionExpired session=over fallback=passkey")
        call["session"] = "nobody"
        try both("NoSession session=nobody fallback=passkey")
        call["session"] = "there"
        try both("Denied rule=mayName fallback=never")
        call["delegate"] = nil
        #expect(try frame.stamp(refused, call).hasPrefix("RateLimited retryAfterMilliseconds="))
        #expect(try frame.explain(refused, ["session": "there"]).hasPrefix("RateLimited retryAfterMilliseconds="))
        frame.clocks.boot = frame.clocks.boot.adding(seconds: 2)
        #expect(try frame.stamp(refused, call) == "PublicKeyMismatch fallback=never")
        frame.clocks.boot = frame.clocks.boot.adding(seconds: 2)
        call["expectPublicKey"] = key
        #expect(try frame.stamp(refused, call) == "Denied rule=payload reason=rule.none fallback=never")
    }

    @Test("an audit that must have room and has none refuses where the rate does") func fullAudit() throws {
        let frame = try RuledFrame(rules: stampRules(walletRule))
        frame.audit.admitsStamp = false
        #expect(try frame.stamp(walletPayload) == "NoSession session=default fallback=passkey")
        try frame.startSession()
        #expect(try frame.stamp("{}") == "RateLimited retryAfterMilliseconds=1000 fallback=retry")
    }

    @Test("a limit is charged by the stamp, and not by a refusal, a question or another's key") func charged() throws {
        let limited = walletRule.dropLast() + #", "limit": [{"name": "two", "count": 2, "window": 3600, "by": "all"}]}"#
        let frame = try RuledFrame(rules: stampRules(String(limited)))
        try frame.startSession()
        let other = ["expectPublicKey": String(repeating: "02", count: 33)]
        for _ in 0..<3 {
            #expect(try frame.explain(walletPayload) == "allow enforce wallets")
            #expect(try frame.stamp(walletPayload, other) == "PublicKeyMismatch fallback=never")
            #expect(try frame.stamp(walletPayload, ["session": "x"]) == "NoSession session=x fallback=passkey")
        }
        for _ in 0..<2 { #expect(try frame.stamp(walletPayload) == "stamped") }
        let used = try frame.stamp(walletPayload)
        #expect(used.hasPrefix("Denied rule=payload id=wallets reason=limit.two retryAfterMilliseconds=36"))
        #expect(used.hasSuffix(" fallback=retry"))
        frame.clocks.boot = frame.clocks.boot.adding(seconds: 3700)
        try frame.startSession()
        #expect(try frame.stamp(walletPayload) == "stamped")
    }

    @Test("the clock that is set decides what is fresh, the clock that runs what a limit has left") func clocks() throws
    {
        let limited = walletRule.dropLast() + #", "limit": [{"name": "one", "count": 1, "window": 60, "by": "all"}]}"#
        let frame = try RuledFrame(rules: stampRules(String(limited)))
        try frame.startSession()
        #expect(try frame.stamp(walletPayload) == "stamped")
        // An hour's jump makes the payload stale, and gives no limit back.
        frame.clocks.wall += 3_600_000
        let stale = "Denied rule=payload id=wallets reason=time.stale at=/timestampMs fallback=never"
        #expect(try frame.stamp(walletPayload) == stale)
        let later = activity("ACTIVITY_TYPE_CREATE_WALLET", #"{"walletName":"w"}"#, at: frame.clocks.wall)
        #expect(try frame.stamp(later).contains("reason=limit.one"))
        frame.clocks.wall -= 7_200_000
        #expect(try frame.stamp(walletPayload) == stale)
        frame.clocks.wall += 3_600_000
        frame.clocks.boot = frame.clocks.boot.adding(seconds: 62)
        #expect(try frame.stamp(walletPayload) == "stamped")
    }

    @Test("a set that observes stamps what it would refuse, and the audit and GetRules tell of it") func observes()
        throws
    {
        let deny = #"{"id": "no-deletes", "effect": "deny", "kind": ["DELETE_*"]}"#
        let confirm = """
            {"id": "ask", "effect": "confirm", "kind": ["CREATE_POLICY"], "only": [],
             "confirm": {"timeout": 60, "show": ["/parameters/policyName"]}}
            """
        let frame = try RuledFrame(rules: stampRules(deny, walletRule, confirm, mode: "observe"))
        try frame.startSession()
        frame.audit.fields = []
        for payload in [walletPayload, "no JSON", activity("ACTIVITY_TYPE_CREATE_POLICY")] {
            #expect(try frame.stamp(payload) == "stamped")
        }
        #expect(
            try frame.stamp(activity("ACTIVITY_TYPE_DELETE_WALLETS"))
                == "Denied rule=payload id=no-deletes reason=rule.deny fallback=never"
        )
        let told = frame.audit.fields.map { fields in
            ["STAMPD_DECISION", "STAMPD_RULE_ID", "STAMPD_REASON", "STAMPD_SOCKET"].map { fields[$0] ?? "-" }
        }
        #expect(
            told == [
                ["allowed", "wallets", "-", "stamp"], ["wouldDeny", "-", "payload.malformed", "stamp"],
                ["wouldConfirm", "ask", "-", "stamp"], ["-", "no-deletes", "rule.deny", "stamp"],
            ]
        )
        let sets = try #require(try frame.call("GetRules", [:], at: "control")["ruleSets"] as? [[String: Any]])
        let set = try #require(sets.first)
        #expect(sets.count == 1 && set["mode"] as? String == "observe" && set["rules"] as? Int == 3)
        let counts = ["allowed", "denied", "confirmed", "wouldDeny", "wouldConfirm"].map { set[$0] as? Int }
        #expect(counts == [1, 1, 0, 1, 1])
        #expect(try frame.explain("no JSON") == "deny observe payload.malformed")
        #expect(try frame.explain(activity("ACTIVITY_TYPE_CREATE_POLICY")) == "confirm observe ask")
    }

    @Test("GetRules names each set's own bytes, and its counts go on over a reload") func sets() throws {
        let own = #"{"version": 1,  "rules": [\#(walletRule)]}"#
        let frame = try RuledFrame(
            rules: #"{"stamp": "contained", "stamp-open": "open", "stamp-own": \#(own)}"#,
            sockets: ["control", "stamp", "stamp-open", "stamp-own"]
        )
        try frame.startSession()
        #expect(try frame.stamp(walletPayload, at: "stamp-own") == "stamped")
        try frame.adopt(#"{"stamp": "queries", "stamp-open": "open", "stamp-own": \#(own)}"#)
        let sets = try #require(try frame.call("GetRules", [:], at: "control")["ruleSets"] as? [[String: Any]])
        #expect(sets.map { $0["socket"] as? String } == ["stamp", "stamp-own"])
        let hashes = ["queries", own].map { SHA256Text.of(Array($0.utf8)) }
        #expect(sets.map { $0["sha256"] as? String } == hashes)
        #expect(sets.map { $0["allowed"] as? Int } == [0, 1])
    }

    @Test("the first refusal of a set is a line with the command that explains it; the next is not") func firstRefusal()
        throws
    {
        let frame = try RuledFrame(rules: #"{"stamp": "contained"}"#)
        try frame.startSession()
        let rules = try #require(frame.handler.rules["stamp"])
        #expect(!rules.hasRefused)
        #expect(try frame.stamp(#"{"organizationId":"o"}"#) == "stamped")
        #expect(!rules.hasRefused)
        #expect(try frame.stamp("{") != "stamped")
        #expect(rules.hasRefused)
        try frame.adopt(#"{"stamp": "contained"}"#)
        #expect(frame.handler.rules["stamp"]?.hasRefused == false)
    }
}

/// Of the tests' own library, not of the signer's.
enum SHA256Text {
    static func of(_ bytes: [UInt8]) -> String {
        guard let hasher = try? ChainHasher(), let hash = try? hasher.hash(bytes.span) else { return "" }
        var text: [UInt8] = []
        hash.appendHex(to: &text)
        return String(decoding: text, as: UTF8.self)
    }
}
