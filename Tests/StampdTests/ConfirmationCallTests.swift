// SPDX-License-Identifier: Apache-2.0
import Foundation
import Rules
import SignerCore
import Testing
import Varlink

@testable import stampd

/// Answers without a socket: calls in, replies, events and records out.
@Suite("calls that wait for a confirmation", .serialized)
struct ConfirmationCallTests {
    /// Keeps each record's lines.
    private final class RecordedAudit: AuditTrail {
        var records: [[String: String]] = []
        var admitsStamp = true
        let isOn = true
        let maximumPayloadByteCount = 65_536
        let head = AuditHead(sequence: 0, chain: .start, lost: 0, waiting: 0)

        func write(_ kind: AuditKind, of call: CallContext?, _ addFields: (inout AuditRecord) -> Void) {
            var record = AuditRecord()
            record.start(kind)
            if let call { record.add(.peerUid, Int64(call.peer.uid)) }
            addFields(&record)
            var bytes: [UInt8] = []
            record.append(to: &bytes)
            var fields: [String: String] = [:]
            for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
                let parts = line.split(separator: "=", maxSplits: 1).map(String.init)
                fields[String(parts[0].trimmingPrefix("STAMPD_"))] = parts[1]
            }
            records.append(fields)
        }

        func handOver(_ kind: AuditKind, of call: CallContext, _ addFields: (inout AuditRecord) -> Void) -> Bool {
            write(kind, of: call, addFields)
            return true
        }

        func writeRefusal(of call: CallContext, rule: String, _ addFields: (inout AuditRecord) -> Void) {
            write(.refusal, of: call) { record in
                record.add(.rule, rule)
                addFields(&record)
            }
        }

        /// What happened, as far as it is about stamps: event, by whom, and what became of it.
        var story: [String] {
            records.compactMap { record in
                guard let event = record["EVENT"], event == "stamp" || event == "refusal" || event.hasPrefix("conf")
                else { return nil }
                let parts = [event, record["PEER_UID"], record["DECISION"], record["RULE"], record["REASON"]]
                return parts.compactMap(\.self).joined(separator: " ")
            }
        }
    }

    /// The clocks, which a test turns.
    private final class Time {
        var boot = BootInstant(nanoseconds: 0).adding(seconds: 1000)
        /// Monday, 2026-11-30, 10:00 UTC.
        var wallMilliseconds: Int64 = 1_796_032_800_000
    }

    private static let rules = #"""
        {"stamp": {"version": 1, "rules": [
          {"id": "no-weapons", "effect": "deny", "kind": ["PAY"], "when": [{"at": "/parameters/for", "is": "weapons"}]},
          {"id": "no-secret", "effect": "deny", "kind": ["PAY"], "path": ["/secret"]},
          {"id": "small", "effect": "allow", "kind": ["PAY"], "only": ["for"],
           "when": [{"at": "/parameters/amount", "between": ["0", "9"]}]},
          {"id": "large", "effect": "confirm", "kind": ["PAY"], "only": ["for"],
           "when": [{"at": "/parameters/amount", "between": ["10", "99"]}],
           "time": {"days": ["mon"], "from": "09:00", "until": "17:00"}, "fresh": {"past": 30, "future": 5},
           "limit": [{"name": "spent", "sum": "/parameters/amount", "max": "99", "window": 3600, "by": "all"}],
           "confirm": {"timeout": 60, "show": ["/parameters/amount", "/parameters/for", "/parameters/none"]}},
          {"id": "own", "effect": "confirm", "kind": ["OWN"], "only": ["for"],
           "confirm": {"timeout": 600, "show": ["/timestampMs"], "sameAccount": true}}]}}
        """#

    private let audit = RecordedAudit()
    private let time = Time()
    private let handler: CallHandler
    private let stamper = Peer(uid: 1000, gid: 1000, pid: 7)
    private let human = Peer(uid: 1001, gid: 1001, pid: 8)
    private let stamp = SocketIdentity(kind: .stamp, name: "stamp")
    private let control = SocketIdentity(kind: .control, name: "control")
    private let publicKey: String

    init() throws {
        _ = try SecureHeap.setUp()
        let time = time
        handler = CallHandler(
            Frame(),
            rate: CallRate(StampLimits(perSecond: 1000)),
            maximumNesting: 32,
            audit: audit,
            log: Log(),
            clock: { time.boot },
            wallClock: { time.wallMilliseconds }
        )
        handler.rules.adopt(try Self.configured(Self.rules), maximumDepth: 32)
        publicKey = try Self.startSession(handler, control)
        _ = handler.takeEvents()
    }

    private static func configured(_ text: String) throws -> ConfiguredRules {
        try ConfiguredRules(Array(text.utf8), for: ["control", "stamp"])
    }

    private static func call(_ method: String, _ parameters: String, _ members: String = "") -> [UInt8] {
        Array(#"{"method":"io.stampd.\#(method)","parameters":\#(parameters)\#(members)}"#.utf8)
    }

    private static func startSession(
        _ handler: CallHandler,
        _ socket: SocketIdentity,
        name: String = "default",
        seconds: Int = 300
    ) throws -> String {
        let root = Peer(uid: 0, gid: 0, pid: 1)
        var replies = JSONWriter()
        let create = call("Control.CreateSessionKey", #"{"session":"\#(name)"}"#)
        _ = handler.answer(create.span, from: root, at: socket, on: 1, to: &replies)
        let created = try #require(Self.object(replies.bytes)["parameters"] as? [String: Any])
        let key = try #require(created["publicKey"] as? String)
        replies.bytes = []
        let activate = call("Control.ActivateSession", #"{"publicKey":"\#(key)","expirationSeconds":\#(seconds)}"#)
        _ = handler.answer(activate.span, from: root, at: socket, on: 1, to: &replies)
        #expect(try Self.object(replies.bytes)["error"] == nil)
        return key
    }

    private static func object(_ bytes: [UInt8]) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(bytes.dropLast())) as? [String: Any])
    }

    private static func summary(_ bytes: [UInt8]) throws -> String {
        if bytes.isEmpty { return "nothing" }
        let reply = try object(bytes)
        let parameters = reply["parameters"] as? [String: Any] ?? [:]
        guard let error = reply["error"] as? String else { return parameters["stampHeaderName"] as? String ?? "ok" }
        let names = ["rule", error.hasSuffix(".Denied") ? "id" : "", "reason", "fallback"]
        let texts = names.compactMap { parameters[$0] as? String }
        return ([String(error.split(separator: ".").last ?? "")] + texts).joined(separator: " ")
    }

    private func payload(_ kind: String = "PAY", amount: Int? = 60, for purpose: String? = "rent") -> String {
        var parameters: [String] = []
        if let amount { parameters.append(#""amount":"\#(amount)""#) }
        if let purpose { parameters.append(#""for":"\#(purpose)""#) }
        return #"{"type":"ACTIVITY_TYPE_\#(kind)","timestampMs":"\#(time.wallMilliseconds)","organizationId":"org","#
            + #""parameters":{\#(parameters.joined(separator: ","))}}"#
    }

    private func stampCall(_ payload: String, session: String = "default", _ members: String = "") throws -> [UInt8] {
        let text = String(decoding: try JSONEncoder().encode(payload), as: UTF8.self)
        return Self.call("Stamper.Stamp", #"{"payload":\#(text),"session":"\#(session)"}"#, members)
    }

    private func answer(
        _ message: [UInt8],
        from peer: Peer,
        at socket: SocketIdentity,
        on connection: UInt64 = 2
    ) throws -> (outcome: CallHandler.Outcome, reply: String) {
        var replies = JSONWriter()
        let outcome = handler.answer(message.span, from: peer, at: socket, on: connection, to: &replies)
        return (outcome, try Self.summary(replies.bytes))
    }

    /// Has a stamp wait: its message, and the confirmation as it is listed.
    private func ask(
        _ payload: String? = nil,
        on connection: UInt64 = 5
    ) throws -> (message: [UInt8], shown: [String: Any]) {
        let message = try stampCall(payload ?? self.payload())
        let asked = try answer(message, from: stamper, at: stamp, on: connection)
        #expect(asked.outcome == .confirms && asked.reply == "nothing")
        return (message, try #require(try list().last))
    }

    private func list() throws -> [[String: Any]] {
        var replies = JSONWriter()
        let message = Self.call("Control.ListConfirmations", "{}")
        _ = handler.answer(message.span, from: human, at: control, on: 3, to: &replies)
        let parameters = try #require(Self.object(replies.bytes)["parameters"] as? [String: Any])
        return try #require(parameters["confirmations"] as? [[String: Any]])
    }

    private func confirm(_ shown: [String: Any], allow: Bool = true, by peer: Peer? = nil) throws -> String {
        let (id, hash) = (shown["id"] as? String ?? "", shown["payloadSha256"] as? String ?? "")
        let parameters = #"{"id":"\#(id)","payloadSha256":"\#(hash)","allow":\#(allow)}"#
        return try answer(Self.call("Control.Confirm", parameters), from: peer ?? human, at: control).reply
    }

    /// What the waiting call is answered once its confirmation has ended; nil where it has not.
    private func concluded(_ message: [UInt8]) throws -> String? {
        let ended = handler.takeEndedConfirmations()
        #expect(ended.count <= 1)
        guard let ended = ended.first else { return nil }
        var replies = JSONWriter()
        handler.conclude(ended, message.span, from: ended.stamp.wanted.peer, to: &replies)
        return try Self.summary(replies.bytes)
    }

    private func events() throws -> [String] {
        try handler.takeEvents().map { event in
            var writer = JSONWriter()
            writer.object(event.write)
            let members = try #require(
                try JSONSerialization.jsonObject(with: Data(writer.bytes)) as? [String: Any]
            )
            let names = ["kind", "session", "expiresInMilliseconds"].compactMap { members[$0] }
            let isNamed = members["confirmationId"] != nil
            #expect(isNamed == !event.isTold(at: .stamp) && event.isTold(at: .control))
            return names.map { "\($0)" }.joined(separator: " ")
        }
    }

    /// What is left of the limit, found by what still fits: nothing is charged.
    private func left() throws -> Int {
        for amount in stride(from: 99, through: 10, by: -1) {
            let text = String(decoding: try JSONEncoder().encode(payload(amount: amount)), as: UTF8.self)
            var replies = JSONWriter()
            let message = Self.call("Stamper.Explain", #"{"payload":\#(text)}"#)
            _ = handler.answer(message.span, from: stamper, at: stamp, on: 9, to: &replies)
            let parameters = try Self.object(replies.bytes)["parameters"] as? [String: Any]
            let explanation = try #require(parameters?["explanation"] as? [String: Any])
            if explanation["effect"] as? String == "confirm" { return amount }
        }
        return 0
    }

    @Test("a yes makes the stamp: shown, charged, told and recorded, in three records") func yes() throws {
        let (message, shown) = try ask(payload(for: "caf\u{e9} \\\"\u{1F680}"))
        #expect(shown["rule"] as? String == "large" && shown["socket"] as? String == "stamp")
        #expect(shown["session"] as? String == "default" && shown["publicKey"] as? String == publicKey)
        #expect(shown["uid"] as? Int == 1000 && shown["unit"] == nil && shown["delegate"] == nil)
        #expect(shown["expiresInMilliseconds"] as? Int == 60_000)
        let texts = try #require(shown["shown"] as? [[String: String]])
        #expect(
            texts.map { $0["at"] } == [
                "/type", "/organizationId", "/parameters/amount", "/parameters/for", "/parameters/none",
            ]
        )
        #expect(
            texts.map { $0["text"] }
                == [#""ACTIVITY_TYPE_PAY""#, #""org""#, #""60""#, #""caf\u00e9 \"\ud83d\ude80""#, ""]
        )
        #expect(try events() == ["confirmationWanted default 60000"])
        #expect(try concluded(message) == nil && left() == 39)
        #expect(handler.status(at: time.boot).waiting == 1)
        #expect(try confirm(shown) == "ok")
        #expect(try events() == ["confirmationEnded default"])
        #expect(handler.status(at: time.boot).waiting == 0 && handler.counters.stamped == 0)
        #expect(try concluded(message) == "X-Stamp")
        #expect(handler.counters == .init(stamped: 1, denied: 0, failed: 0))
        #expect(handler.rules["stamp"]?.counts == .init(confirmed: 1))
        #expect(
            audit.story == [
                "confirmationWanted 1000", "confirmationAnswered 1001 allowed", "stamp 1000 allowed",
            ]
        )
        let records = audit.records.suffix(3)
        #expect(Set(records.map { $0["CONFIRMATION_ID"] }) == [shown["id"] as? String])
        #expect(Set(records.map { $0["PAYLOAD_SHA256"] }) == [shown["payloadSha256"] as? String])
        #expect(Set(records.map { $0["RULE_ID"] }) == ["large"])
        #expect(try left() == 39)
    }

    @Test("a no refuses it for good, and gives back what was charged") func refused() throws {
        let (message, shown) = try ask()
        #expect(try confirm(shown, allow: false) == "ok")
        #expect(try concluded(message) == "Denied payload large confirm.refused never")
        #expect(try left() == 99)
        #expect(handler.rules["stamp"]?.counts == .init(denied: 1))
        #expect(handler.counters == .init(stamped: 0, denied: 1, failed: 0))
        #expect(
            audit.story == [
                "confirmationWanted 1000", "confirmationAnswered 1001 refused",
                "refusal 1000 Denied.payload confirm.refused",
            ]
        )
    }

    /// What happens while a stamp waits, and what becomes of it.
    private struct Row: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let reply: String
        let reason: String
        let kind: String
        let happen: Happening

        init(_ name: String, _ reply: String, _ reason: String, kind: String = "PAY", _ happen: @escaping Happening) {
            (testDescription, self.reply, self.reason, self.kind, self.happen) = (name, reply, reason, kind, happen)
        }
    }

    private typealias Happening = @Sendable (ConfirmationCallTests) throws -> Void

    private static func control(_ method: String) -> Happening {
        { (test: ConfirmationCallTests) throws in
            let message = call("Control.\(method)", "{}")
            #expect(try test.answer(message, from: test.human, at: test.control).reply == "ok")
        }
    }

    @Test(
        "what ends it without an answer says so to the caller, once, and gives back",
        arguments: [
            Row("its time", "Denied payload large confirm.timeout retry", "timeout") {
                (test: ConfirmationCallTests) throws in
                test.time.boot = test.time.boot.adding(seconds: 60)
                test.handler.keepTime(at: test.time.boot)
            },
            Row("a lock", "Locked retry", "locked", control("Lock")),
            Row("the session's end by a call", "NoSession passkey", "session", control("EndSession")),
            Row("the session's end by the API's word", "NoSession passkey", "session") {
                (test: ConfirmationCallTests) throws in
                let report = call("Stamper.ReportRejected", #"{"publicKey":"\#(test.publicKey)"}"#)
                #expect(try test.answer(report, from: test.stamper, at: test.stamp).reply == "ok")
            },
            Row("the session's time", "SessionExpired passkey", "session", kind: "OWN") {
                (test: ConfirmationCallTests) throws in
                test.time.boot = test.time.boot.adding(seconds: 300)
                test.handler.keepTime(at: test.time.boot)
            },
            Row("a reset", "NoSession passkey", "session", control("ResetEmbeddedKey")),
            Row("a reset by a signal", "NoSession passkey", "session") { $0.handler.resetFromOutside() },
            Row("another key under the session's name", "PublicKeyMismatch never", "session") {
                (test: ConfirmationCallTests) throws in
                _ = try startSession(test.handler, test.control)
            },
            Row("a stop", "Denied payload large confirm.nobody retry", "nobody") { $0.handler.closeConfirmations() },
            Row("other rules", "Denied payload large confirm.nobody retry", "nobody") {
                (test: ConfirmationCallTests) throws in
                test.handler.rules.adopt(
                    try configured(rules.replacingOccurrences(of: "99", with: "98")),
                    maximumDepth: 32
                )
                test.handler.endConfirmationsOfFormerRules()
            },
            Row("no rules at all", "Denied payload large confirm.nobody retry", "nobody") {
                (test: ConfirmationCallTests) throws in
                test.handler.rules.adopt(ConfiguredRules(), maximumDepth: 32)
                test.handler.endConfirmationsOfFormerRules()
            },
        ]
    )
    private func ends(_ row: Row) throws {
        let (message, shown) = try ask(payload(row.kind, amount: row.kind == "PAY" ? 60 : nil))
        _ = try events()
        try row.happen(self)
        #expect(try events().filter { $0.hasPrefix("confirmationEnded") } == ["confirmationEnded default"])
        #expect(try list().isEmpty)
        #expect(try confirm(shown) == "UnknownConfirmation")
        #expect(try concluded(message) == row.reply)
        #expect(try concluded(message) == nil)
        let story = audit.story.filter { !$0.hasPrefix("refusal 1001") }
        #expect(story.count == 3 && story[1] == "confirmationEnded \(row.reason)")
        handler.rules.adopt(try Self.configured(Self.rules), maximumDepth: 32)
        if row.reply.hasPrefix("Denied") { #expect(try left() == 99) }
    }

    @Test(
        "what leaves the session's key and the rules as they were does not end it: the same set again, a key made and dropped"
    )
    func goesOn() throws {
        let (message, shown) = try ask()
        handler.rules.adopt(try Self.configured(Self.rules), maximumDepth: 32)
        handler.endConfirmationsOfFormerRules()
        _ = try Self.startSession(handler, control, name: "another")
        _ = try answer(Self.call("Control.EndSession", #"{"session":"another"}"#), from: human, at: control)
        _ = try answer(Self.call("Control.InitEmbeddedKey", "{}"), from: human, at: control)
        #expect(try list().count == 1)
        #expect(try confirm(shown) == "ok" && concluded(message) == "X-Stamp")
        #expect(handler.rules["stamp"]?.counts == .init(confirmed: 1))
    }

    @Test(
        "an answer is taken once, for the payload that was shown, and of another account than the one whose stamp waits"
    )
    func answers() throws {
        let (message, shown) = try ask()
        var other = shown
        other["payloadSha256"] = String(repeating: "0", count: 64)
        #expect(try confirm(other) == "UnknownConfirmation")
        other["payloadSha256"] = (shown["payloadSha256"] as? String)?.uppercased()
        #expect(try confirm(other) == "InvalidParameter")
        other = shown
        other["id"] = String(repeating: "f", count: 32)
        #expect(try confirm(other) == "UnknownConfirmation")
        other["id"] = String(repeating: "f", count: 65)
        #expect(try confirm(other) == "InvalidParameter")
        for allow in [true, false] { #expect(try confirm(shown, allow: allow, by: stamper) == "Denied peer never") }
        #expect(try list().count == 1)
        #expect(try confirm(shown) == "ok")
        #expect(try confirm(shown) == "UnknownConfirmation")
        #expect(try concluded(message) == "X-Stamp")
        let (own, ownShown) = try ask(payload("OWN", amount: nil))
        #expect(try confirm(ownShown, by: stamper) == "ok" && concluded(own) == "X-Stamp")
    }

    @Test("at a yes the hours are asked again, and fresh counts from the asking") func askedAgain() throws {
        let (stale, staleShown) = try ask()
        // Fresh for 30 s: the answer comes later.
        time.wallMilliseconds += 50_000
        #expect(try confirm(staleShown) == "ok" && concluded(stale) == "X-Stamp")
        let (late, lateShown) = try ask(payload(amount: 20))
        time.wallMilliseconds += 7 * 3_600_000
        #expect(try left() == 0)
        #expect(try confirm(lateShown) == "ok")
        #expect(try concluded(late) == "Denied payload large time.window retry")
        time.wallMilliseconds -= 7 * 3_600_000
        #expect(try left() == 39)
    }

    @Test("at a yes deny rules and who are asked again: of a caller who is believed by then, and of one who is not")
    func askedAgainWho() throws {
        // Not listed, it has no path; listed, it left out one that may be the one that is denied.
        let (direct, directShown) = try ask()
        handler.authorization.sockets["stamp"] = .init(mayName: .init(uids: [1000]))
        #expect(try confirm(directShown) == "ok")
        #expect(try concluded(direct) == "Denied payload no-secret rule.deny never")
        let text = String(decoding: try JSONEncoder().encode(payload("OWN", amount: nil)), as: UTF8.self)
        let named = Self.call("Stamper.Stamp", #"{"payload":\#(text),"delegate":"agent"}"#)
        #expect(try answer(named, from: stamper, at: stamp, on: 6).outcome == .confirms)
        let shown = try #require(try list().last)
        #expect(shown["delegate"] as? String == "agent")
        handler.authorization.sockets["stamp"] = nil
        #expect(try confirm(shown) == "ok")
        #expect(try concluded(named) == "Denied mayName never")
        let delegates = audit.records.filter { $0["CONFIRMATION_ID"] == shown["id"] as? String }.map { $0["DELEGATE"] }
        #expect(delegates == ["agent", "agent", "agent"])
        // Nothing is left charged of either.
        #expect(try left() == 99)
    }

    @Test(
        "between a yes and the stamp everything can still happen: it is not made then, and gives back",
        arguments: [0, 1, 2]
    )
    func yesThen(_ what: Int) throws {
        let (message, shown) = try ask()
        #expect(try confirm(shown) == "ok")
        switch what {
        case 0:
            _ = try answer(Self.call("Control.Lock", "{}"), from: human, at: control)
            #expect(try concluded(message) == "Locked retry")
            _ = try answer(Self.call("Control.Unlock", "{}"), from: human, at: control)
        case 1:
            audit.admitsStamp = false
            #expect(try concluded(message) == "RateLimited retry")
            audit.admitsStamp = true
        default:
            handler.abandonConfirmation(of: 5)
            #expect(try concluded(message) == nil)
        }
        #expect(try left() == 99 && handler.counters.stamped == 0)
    }

    @Test("its connection's end ends it: it is told and recorded, and nobody is answered") func abandoned() throws {
        let (message, shown) = try ask()
        _ = try events()
        handler.abandonConfirmation(of: 4)
        #expect(try list().count == 1)
        handler.abandonConfirmation(of: 5)
        #expect(try events() == ["confirmationEnded default"])
        #expect(try confirm(shown) == "UnknownConfirmation" && concluded(message) == nil && left() == 99)
        #expect(audit.story.prefix(2) == ["confirmationWanted 1000", "confirmationEnded connection"])
    }

    @Test("a fifth of one account, or one more while the frame stops, is refused at once, and charges nothing")
    func nobody() throws {
        for number in UInt64(0)..<4 { _ = try ask(payload(amount: 10), on: 10 + number) }
        let fifth = try answer(stampCall(payload(amount: 10)), from: stamper, at: stamp, on: 20)
        #expect(fifth.outcome == .answered && fifth.reply == "Denied payload large confirm.nobody retry")
        #expect(try left() == 59)
        let other = try answer(stampCall(payload(amount: 10)), from: Peer(uid: 5, gid: 5, pid: 9), at: stamp, on: 21)
        #expect(other.outcome == .confirms)
        handler.closeConfirmations()
        _ = handler.takeEndedConfirmations()
        let late = try answer(stampCall(payload(amount: 10)), from: stamper, at: stamp, on: 22)
        #expect(late.outcome == .answered && late.reply == "Denied payload large confirm.nobody retry")
        #expect(try left() == 99)
    }

    @Test("a value in show that is too long is refused for good; a deny rule is asked first") func notAsked() throws {
        let long = try answer(stampCall(payload(for: String(repeating: "x", count: 199))), from: stamper, at: stamp)
        #expect(long.reply == "Denied payload large field.value never")
        let denied = try answer(stampCall(payload(for: "weapons")), from: stamper, at: stamp)
        #expect(denied.reply == "Denied payload no-weapons rule.deny never")
        #expect(try left() == 99 && list().isEmpty)
    }

    @Test("a oneway stamp waits too, and has no reply") func oneway() throws {
        let message = try stampCall(payload(), #","oneway":true"#)
        #expect(try answer(message, from: stamper, at: stamp).outcome == .confirms)
        let shown = try #require(try list().first)
        #expect(try confirm(shown) == "ok" && concluded(message) == "nothing")
        #expect(handler.counters.stamped == 1)
    }

    @Test("a set that observes asks nobody: stamped at once, and counted") func observed() throws {
        let text = Self.rules.replacingOccurrences(of: #""version": 1"#, with: #""version": 1, "mode": "observe""#)
        handler.rules.adopt(try Self.configured(text), maximumDepth: 32)
        let stamped = try answer(stampCall(payload()), from: stamper, at: stamp)
        #expect(stamped.outcome == .answered && stamped.reply == "X-Stamp")
        #expect(try list().isEmpty)
        #expect(handler.rules["stamp"]?.counts == .init(wouldConfirm: 1))
        #expect(audit.story == ["stamp 1000 wouldConfirm"])
    }

    @Test("it is the handler's next time to act") func nextTime() throws {
        _ = try ask()
        #expect(handler.nextTime == time.boot.adding(seconds: 60))
    }
}
