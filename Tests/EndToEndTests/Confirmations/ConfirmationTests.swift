// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@Suite("confirmations", .serialized, .timeLimit(.minutes(15)), .otherUsers)
struct ConfirmationTests {
    private typealias Frame = ConfirmingFrame

    @Test("a stamp waits for its yes: shown and told at the control socket alone, recorded three times, and then made")
    func yes() async throws {
        try await withConfirmations { own in
            let credential = try own.frame.startSession()
            let user = try OtherUser(Frame.uid, 1, at: own.frame.stampPath)
            let client = user.clients[0]
            let watchers = try [own.frame.controlPath, own.frame.stampPath].map { path in
                let watcher = try RawClient(path: path)
                try watcher.write(
                    makeCall("io.stampd.Stamper.GetStatus") + makeCall("io.stampd.Stamper.Monitor", nil, ["more": true])
                )
                _ = try watcher.readReply()
                return watcher
            }
            let payload = Frame.payment(10, note: "\(payloadMarker) \u{202e}\\u001b[31m")
            let shown = try own.ask(payload, on: client)
            #expect(shown["uid"] as? Int == Int(Frame.uid) && shown["rule"] as? String == "pay")
            #expect(shown["publicKey"] as? String == credential.publicKey && shown["session"] as? String == "default")
            let texts = try #require(shown["shown"] as? [[String: String]])
            #expect(texts.map { $0["at"] } == ["/type", "/organizationId", "/parameters/amount", "/parameters/note"])
            #expect(texts.last?["text"] == "\"\(payloadMarker) \\u202e\\u001b[31m\"")
            #expect(try own.waiting == 1 && !client.isReadable)
            #expect(try own.confirm(shown).error == nil)
            #expect(try client.readReply().isStamp(of: payload, by: credential.publicKey))
            #expect(try own.waiting == 0)
            // The same watcher hears what happens later: nothing of the confirmation came before it at the stamp socket.
            #expect(try own.control.control("Lock").error == nil)
            var kinds: [[String]] = []
            for watcher in watchers {
                var heard: [String] = []
                while heard.last != "locked" {
                    let event = try watcher.readReply().object("event")
                    heard.append(event["kind"] as? String ?? "")
                    let isNamed = event["confirmationId"] as? String == shown["id"] as? String
                    #expect(isNamed == heard.last?.hasPrefix("confirmation"))
                }
                kinds.append(heard)
            }
            #expect(kinds == [["confirmationWanted", "confirmationEnded", "locked"], ["locked"]])
            let records = try own.story(3)
            #expect(
                records.map { $0["STAMPD_EVENT"] } == ["confirmationWanted", "confirmationAnswered", "stamp"]
            )
            #expect(records.map { $0["STAMPD_PEER_UID"] } == ["4001", "0", "4001"])
            #expect(Set(records.map { $0["STAMPD_CONFIRMATION_ID"] }) == [shown["id"] as? String])
            #expect(Set(records.map { $0["STAMPD_PAYLOAD_SHA256"] }) == [shown["payloadSha256"] as? String])
            #expect(Set(records.map { $0["STAMPD_RULE_ID"] }) == ["pay"])
            #expect(records[1]["STAMPD_DECISION"] == "allowed")
        }
    }

    @Test("a no refuses it for good, and gives back what was charged; the time, to be tried again")
    func noAndTimeout() async throws {
        try await withConfirmations { own in
            try own.frame.startSession()
            let user = try OtherUser(Frame.uid, 2, at: own.frame.stampPath)
            let (client, other) = (user.clients[0], user.clients[1])
            let shown = try own.ask(Frame.payment(60), on: client)
            #expect(try own.hasLeft(40, other) && !own.hasLeft(41, other))
            #expect(try own.confirm(shown, false).error == nil)
            let refusal = try client.readReply()
            #expect(refusal.summary == "Denied fallback=never id=pay reason=confirm.refused rule=payload")
            #expect(try own.hasLeft(100, other))
            try own.file.replace(Frame.configuration(timeout: 1))
            try own.frame.reload(own.manager)
            try client.write(makeStamp(Frame.payment(60)))
            let timeout = try client.readReply()
            #expect(timeout.summary == "Denied fallback=retry id=pay reason=confirm.timeout rule=payload")
            #expect(try own.hasLeft(100, other))
            let records = try own.story(6)
            #expect(
                records.map { $0["STAMPD_REASON"] } == [nil, nil, "confirm.refused", nil, "timeout", "confirm.timeout"]
            )
        }
    }

    @Test("calls behind it on its connection wait, in order, and those before it are answered") func order()
        async throws
    {
        try await withConfirmations { own in
            let credential = try own.frame.startSession()
            let user = try OtherUser(Frame.uid, 1, at: own.frame.stampPath)
            let client = user.clients[0]
            let payloads = [
                Frame.free(1), Frame.payment(1), Frame.free(2), Frame.payment(2, note: "late"), Frame.free(3),
            ]
            try client.write(payloads.flatMap(makeStamp) + makeCall("io.stampd.Stamper.GetStatus"))
            #expect(try client.readReply().isStamp(of: payloads[0], by: credential.publicKey))
            let first = try own.waitForOne()
            #expect(try !client.isReadable && own.list().count == 1)
            // More than the kernel takes: it is not read meanwhile.
            let rest = (0..<2000).map { Frame.free(10 + $0) }
            client.writeBehind(rest.flatMap(makeStamp))
            #expect(try own.confirm(first, false).error == nil)
            #expect(try client.readReply().summary.contains("reason=confirm.refused"))
            #expect(try client.readReply().isStamp(of: payloads[2], by: credential.publicKey))
            let second = try own.waitForOne()
            #expect(second["payloadSha256"] as? String != first["payloadSha256"] as? String)
            #expect(try own.confirm(second).error == nil)
            for payload in payloads[3...] {
                #expect(try client.readReply().isStamp(of: payload, by: credential.publicKey))
            }
            #expect(try client.readReply().object("status")["stamped"] as? Int == 4)
            for payload in rest { #expect(try client.readReply().isStamp(of: payload, by: credential.publicKey)) }
        }
    }

    @Test("answered twice, with another hash, by its own account: the stamp goes on waiting") func answers()
        async throws
    {
        try await withConfirmations { own in
            try own.frame.startSession()
            let user = try OtherUser(Frame.uid, 2, at: own.frame.stampPath)
            let same = try OtherUser(Frame.uid, 1, at: own.frame.controlPath)
            let shown = try own.ask(Frame.payment(), on: user.clients[0])
            let id = shown["id"] as? String ?? ""
            var other = shown
            other["payloadSha256"] = String(repeating: "a", count: 64)
            #expect(try own.confirm(other).summary == "UnknownConfirmation id=\(id)")
            for allow in [true, false] {
                #expect(try own.confirm(shown, allow, by: same.clients[0]).summary == "Denied fallback=never rule=peer")
            }
            #expect(try own.waiting == 1)
            #expect(try own.confirm(shown).error == nil)
            #expect(try own.confirm(shown).summary == "UnknownConfirmation id=\(id)")
            #expect(try user.clients[0].readReply().error == nil)
            let own2 = try own.ask(Frame.activity("APPROVE_ACTIVITY"), on: user.clients[1])
            #expect(try own.confirm(own2, by: same.clients[0]).error == nil)
            #expect(try user.clients[1].readReply().error == nil)
        }
    }

    @Test(
        "32 wait and a human is slow: others' stamps go on, one more is refused, and each is answered by its own answer"
    )
    func many() async throws {
        try await withConfirmations { own in
            let credential = try own.frame.startSession()
            let users = try (0..<8).map { try OtherUser(Frame.uid + $0, 5, at: own.frame.stampPath) }
            var waiting: [(client: RawClient, payload: String, shown: [String: Any])] = []
            for user in users {
                for number in 0..<4 {
                    let payload = Frame.payment(1 + number, note: "\(waiting.count)")
                    waiting.append((user.clients[number], payload, try own.ask(payload, on: user.clients[number])))
                }
                let fifth = try user.clients[4].stamper("Stamp", ["payload": Frame.payment(1)])
                #expect(fifth.summary == "Denied fallback=retry id=pay reason=confirm.nobody rule=payload")
                // What is stamped at once still is, also for those who wait.
                let free = Frame.free(waiting.count)
                let reply = try user.clients[4].stamper("Stamp", ["payload": free])
                #expect(try reply.isStamp(of: free, by: credential.publicKey))
            }
            #expect(try own.waiting == 32 && Set(waiting.map { $0.shown["id"] as? String }).count == 32)
            let stranger = try OtherUser(Frame.uid + 8, 1, at: own.frame.stampPath)
            let oneMore = try stranger.clients[0].stamper("Stamp", ["payload": Frame.payment(1)])
            #expect(oneMore.summary == "Denied fallback=retry id=pay reason=confirm.nobody rule=payload")
            for number in 0..<200 {
                let free = Frame.free(number)
                let reply = try stranger.clients[0].stamper("Stamp", ["payload": free])
                #expect(try reply.isStamp(of: free, by: credential.publicKey))
            }
            for (client, _, _) in waiting { #expect(!client.isReadable) }
            // The last first, and every third not: each yes is its own stamp's.
            for (number, (client, payload, shown)) in waiting.enumerated().reversed() {
                let allow = number % 3 != 0
                #expect(try own.confirm(shown, allow).error == nil)
                let reply = try client.readReply()
                #expect(try reply.isStamp(of: payload, by: credential.publicKey) == allow)
            }
            #expect(try own.waiting == 0)
        }
    }

    @Test("long payloads that wait keep nobody's call from being read, and are accounted for") func long() async throws
    {
        try await withConfirmations { own in
            let credential = try own.frame.startSession()
            let user = try OtherUser(Frame.uid, 5, at: own.frame.stampPath)
            let note = String(repeating: "x", count: 900_000)
            // Not shown: the rule "own" shows nothing.
            let payloads = (0..<4).map { Frame.activity("APPROVE_ACTIVITY", ["note": "\($0)\(note)"]) }
            for (client, payload) in zip(user.clients, payloads) { _ = try own.ask(payload, on: client) }
            let accounts = try own.control.control("ListAccounts").parameters["accounts"] as? [[String: Any]]
            let account = try #require(accounts?.first { $0["uid"] as? Int == Int(Frame.uid) })
            #expect(account["bytes"] as? Int ?? 0 > 3_600_000 && account["waiting"] as? Int == 0)
            let others = try (1..<20).map { try OtherUser(Frame.uid + $0, 1, at: own.frame.stampPath) }
            for other in others {
                let free = Frame.free("\(payloadMarker)\(note)")
                let reply = try other.clients[0].stamper("Stamp", ["payload": free])
                #expect(try reply.isStamp(of: free, by: credential.publicKey))
            }
            for (client, shown) in zip(user.clients, try own.list()) {
                #expect(try own.confirm(shown).error == nil)
                #expect(try client.readReply().error == nil)
            }
        }
    }

    @Test("a set that observes stamps at once, and counts what it would have asked") func observed() async throws {
        let text = Frame.configuration().replacingOccurrences(
            of: #""version": 1"#,
            with: #""version": 1, "mode": "observe""#
        )
        try await withConfirmations(text) { own in
            let credential = try own.frame.startSession()
            let payload = Frame.payment()
            let reply = try own.frame.stampClient().stamper("Stamp", ["payload": payload])
            #expect(try reply.isStamp(of: payload, by: credential.publicKey) && own.waiting == 0)
            let sets = try own.control.control("GetRules").parameters["ruleSets"] as? [[String: Any]]
            #expect(sets?.first?["wouldConfirm"] as? Int == 1 && sets?.first?["confirmed"] as? Int == 0)
        }
    }
}
