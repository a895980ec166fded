// SPDX-License-Identifier: Apache-2.0
import Foundation
import Rules
import SignerCore
import Testing
import Varlink

@testable import stampd

@Suite("who asks, as rules know it", .serialized)
struct RuledCallerTests {
    private static func wallet(_ effect: String, who: String) -> String {
        let only = effect == "deny" ? "" : #", "only": ["walletName"]"#
        return #"{"id": "\#(effect)", "effect": "\#(effect)", "who": \#(who), "kind": ["CREATE_WALLET"]\#(only)}"#
    }

    private static let none = "Denied rule=payload reason=rule.none fallback=never"
    private static let denied = "Denied rule=payload id=deny reason=rule.deny fallback=never"

    @Test("a unit that cannot be told is allowed nothing that is a unit's, and denied what is denied to a unit")
    func unit() throws {
        let who = #"{"unit": ["app.service"]}"#
        let allowing = try RuledFrame(rules: stampRules(Self.wallet("allow", who: who)))
        let denying = try RuledFrame(rules: stampRules(Self.wallet("deny", who: who), walletRule))
        for frame in [allowing, denying] { try frame.startSession() }
        #expect(try allowing.stamp(walletPayload) == Self.none)
        #expect(try denying.stamp(walletPayload) == Self.denied)
        for frame in [allowing, denying] { frame.peer.unit = PeerUnit(name: "app.service") }
        #expect(try allowing.stamp(walletPayload) == "stamped")
        #expect(try denying.stamp(walletPayload) == Self.denied)
        for frame in [allowing, denying] { frame.peer.unit = PeerUnit(name: "other.service") }
        #expect(try allowing.stamp(walletPayload) == Self.none)
        #expect(try denying.stamp(walletPayload) == "stamped")
    }

    @Test("groups that cannot be told are nobody's in an allow rule, and everybody's in a deny rule") func groups()
        throws
    {
        let who = #"{"gid": [2001]}"#
        let allowing = try RuledFrame(rules: stampRules(Self.wallet("allow", who: who)))
        let denying = try RuledFrame(rules: stampRules(Self.wallet("deny", who: who), walletRule))
        for frame in [allowing, denying] { try frame.startSession() }
        for (groups, isMember) in [([2001], true), ([], false)] as [([UInt32], Bool)] {
            for frame in [allowing, denying] { frame.peer.ruleGroups = groups }
            #expect(try allowing.stamp(walletPayload) == (isMember ? "stamped" : Self.none))
            #expect(try denying.stamp(walletPayload) == (isMember ? Self.denied : "stamped"))
        }
        for frame in [allowing, denying] { frame.peer.ruleGroups = nil }
        #expect(try allowing.stamp(walletPayload) == Self.none)
        #expect(try denying.stamp(walletPayload) == Self.denied)
    }

    @Test("a uid is its account's: a container's user is its owner") func account() throws {
        let frame = try RuledFrame(rules: stampRules(Self.wallet("allow", who: #"{"uid": [1000]}"#)))
        try frame.startSession()
        frame.peer = Peer(uid: 165_536, gid: 0, pid: 7, account: .user(1000))
        #expect(try frame.stamp(walletPayload) == "stamped")
        for account in [Account.user(165_536), .owner("somebody"), .untold] {
            frame.peer.account = account
            #expect(try frame.stamp(walletPayload) == Self.none)
        }
    }

    @Test("only a peer that mayName lists is believed; from any other a name is Denied") func mayName() throws {
        let rules = stampRules(
            #"{"id": "deny", "effect": "deny", "kind": ["CREATE_WALLET"], "path": ["/secret"]}"#,
            Self.wallet("allow", who: #"{"delegate": ["agent"]}"#)
        )
        let frame = try RuledFrame(rules: rules)
        try frame.startSession()
        let named = ["delegate": "agent", "path": "/public"]
        #expect(try frame.stamp(walletPayload, named) == "Denied rule=mayName fallback=never")
        // Not listed, it has neither: no rule on either is about it.
        #expect(try frame.stamp(walletPayload) == Self.none)
        let lists: [(AuthorizationRules.MayName, PeerUnit?, believed: Bool)] = [
            (.init(uids: [1000]), nil, true), (.init(uids: [0]), nil, false),
            (.init(units: ["proxy.service"]), nil, false),
            (.init(units: ["proxy.service"]), PeerUnit(name: "proxy.service"), true),
            (.init(uids: [1000], units: ["proxy.service"]), PeerUnit(name: "app.service"), false),
        ]
        for (list, unit, believed) in lists {
            frame.handler.authorization.sockets["stamp"] = .init(mayName: list)
            frame.peer.unit = unit
            let expected = believed ? "stamped" : "Denied rule=mayName fallback=never"
            #expect(try frame.stamp(walletPayload, named) == expected)
            #expect(try frame.explain(walletPayload, named) == (believed ? "allow enforce allow" : expected))
        }
        frame.handler.authorization.sockets["stamp"] = .init(mayName: .init(uids: [1000]))
        #expect(try frame.stamp(walletPayload, ["delegate": "other", "path": "/public"]) == Self.none)
        #expect(try frame.stamp(walletPayload, ["delegate": "agent", "path": "/secret"]) == Self.denied)
        // Believed, it leaves out what it does not say: a path that is not told may be the one that is denied.
        #expect(try frame.stamp(walletPayload, ["delegate": "agent"]) == Self.denied)
        for name in ["delegate", "path"] {
            for text in ["", String(repeating: "d", count: 513), "é", "a\nb"] {
                #expect(
                    try frame.call("Stamp", ["payload": "{}", name: text])["error"] as? String == "InvalidParameter"
                )
            }
        }
    }

    @Test("a delegate that a believed peer names pays for itself; a name that is not believed pays for nobody else")
    func charged() throws {
        let frame = try RuledFrame(rate: StampLimits(perSecond: 1, burstSeconds: 4))
        try frame.startSession()
        func ask(_ delegate: String, _ count: Int) throws -> [String] {
            try (0..<count).map { _ in
                try frame.stamp("{}", ["delegate": delegate]).split(separator: " ")[0].description
            }
        }
        frame.handler.authorization.sockets["stamp"] = .init(mayName: .init(uids: [1000]))
        #expect(try ask("noisy", 6) == ["stamped", "stamped", "stamped", "stamped", "RateLimited", "RateLimited"])
        #expect(try frame.explain("{}", ["delegate": "noisy"]).hasPrefix("RateLimited"))
        #expect(try ask("quiet", 4) == ["stamped", "stamped", "stamped", "stamped"])
        #expect(frame.handler.rate.isThrottled(.user(1000), at: frame.clocks.boot))
        #expect(!frame.handler.rate.isThrottled(.user(1001), at: frame.clocks.boot))
        frame.peer = Peer(uid: 1001, gid: 1001, pid: 8)
        #expect(try ask("quiet", 3) + ask("other", 3) == Array(repeating: "Denied", count: 6))
        #expect(try frame.stamp("{}").hasPrefix("RateLimited"))
    }

    @Test("a record names who was named: a delegate and a path that are believed") func audited() throws {
        let frame = try RuledFrame(rules: stampRules(Self.wallet("allow", who: #"{"delegate": ["agent"]}"#)))
        frame.handler.authorization.sockets["stamp"] = .init(mayName: .init(uids: [1000]))
        try frame.startSession()
        frame.audit.fields = []
        frame.audit.records = []
        _ = try frame.stamp(walletPayload, ["delegate": "agent", "path": "/public/v1/submit/create_wallet"])
        _ = try frame.stamp(walletPayload, ["delegate": "other"])
        let names = ["STAMPD_RULE_ID", "STAMPD_REASON", "STAMPD_DELEGATE", "STAMPD_PATH", "STAMPD_SOCKET"]
        let told = frame.audit.fields.map { fields in names.map { fields[$0] ?? "-" } }
        #expect(
            told == [
                ["allow", "-", "agent", "/public/v1/submit/create_wallet", "stamp"],
                ["-", "rule.none", "other", "-", "stamp"],
            ]
        )
        #expect(frame.audit.records.map(\.rule) == [nil, "Denied.payload"])
    }

    @Test("the key that waits for the session's name, the session's own and the embedded key are the frame's")
    func keys() throws {
        let frame = try RuledFrame(rules: #"{"stamp": "sessions"}"#)
        let own = try frame.startSession()
        let embedded = try #require(try frame.call("InitEmbeddedKey", [:], at: "control")["publicKey"] as? String)
        func login(_ key: String) -> String { activity("ACTIVITY_TYPE_STAMP_LOGIN", #"{"publicKey":"\#(key)"}"#) }
        #expect(try frame.stamp(login(own)).contains("reason=field.value at=/parameters/publicKey"))
        let waiting = try #require(try frame.call("CreateSessionKey", [:], at: "control")["publicKey"] as? String)
        #expect(try frame.stamp(login(waiting)) == "stamped")
        #expect(try frame.stamp(login(waiting.uppercased())) == "stamped")
        // Another name's key is not this session's to have registered.
        let created = try frame.call("CreateSessionKey", ["session": "other"], at: "control")
        let other = try #require(created["publicKey"] as? String)
        #expect(try frame.stamp(login(other)).contains("reason=field.value"))
        let session = activity(
            "ACTIVITY_TYPE_CREATE_READ_WRITE_SESSION_V2",
            #"{"targetPublicKey":"\#(embedded)"}"#
        )
        #expect(try frame.stamp(session) == "stamped")
        try frame.call("DropSessionKey", ["publicKey": waiting], at: "control")
        #expect(try frame.stamp(login(waiting)).contains("reason=field.value"))
    }
}
