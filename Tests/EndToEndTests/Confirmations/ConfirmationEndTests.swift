// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@Suite("how a confirmation ends without an answer", .serialized, .timeLimit(.minutes(15)), .otherUsers)
struct ConfirmationEndTests {
    private typealias Frame = ConfirmingFrame

    struct Row: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let reply: String
        let happen: @Sendable (ConfirmingFrame) throws -> Void

        init(_ name: String, _ reply: String, _ happen: @escaping @Sendable (ConfirmingFrame) throws -> Void) {
            (testDescription, self.reply, self.happen) = (name, reply, happen)
        }
    }

    private static func control(_ method: String) -> @Sendable (ConfirmingFrame) throws -> Void {
        { (own: ConfirmingFrame) throws in #expect(try own.control.control(method).error == nil) }
    }

    private static let nobody = "Denied fallback=retry id=pay reason=confirm.nobody rule=payload"

    @Test(
        "the session, the lock, a reset and other rules end it with their own error, and the connection goes on",
        arguments: [
            Row("EndSession", "NoSession fallback=passkey session=default", control("EndSession")),
            Row("ResetEmbeddedKey", "NoSession fallback=passkey session=default", control("ResetEmbeddedKey")),
            Row("SIGUSR1", "NoSession fallback=passkey session=default") { $0.frame.process.send(SIGUSR1) },
            Row("Lock", "Locked fallback=retry", control("Lock")),
            Row("another key", "PublicKeyMismatch") { (own: ConfirmingFrame) throws in try own.frame.startSession() },
            Row("other rules", nobody) { own in
                try own.file.replace(Frame.configuration(timeout: 599))
                try own.frame.reload(own.manager)
            },
            Row("no rules", nobody) { own in
                try own.file.replace("{}")
                try own.frame.reload(own.manager)
            },
        ]
    )
    func ends(_ row: Row) async throws {
        try await withConfirmations { own in
            try own.frame.startSession()
            let user = try OtherUser(Frame.uid, 1, at: own.frame.stampPath)
            let shown = try own.ask(Frame.payment(), on: user.clients[0])
            try user.clients[0].write(makeCall("io.stampd.Stamper.GetStatus"))
            try row.happen(own)
            let reply = try user.clients[0].readReply()
            #expect(reply.summary.hasPrefix(row.reply), "\(reply.summary)")
            #expect(try user.clients[0].readReply().error == nil)
            #expect(try own.confirm(shown).error == "io.stampd.Control.UnknownConfirmation")
            #expect(try own.waiting == 0)
            let records = try own.story(3)
            #expect(records.map { $0["STAMPD_EVENT"] } == ["confirmationWanted", "confirmationEnded", "refusal"])
        }
    }

    @Test("a session that expires ends it, by itself") func expired() async throws {
        try await withConfirmations { own in
            try own.frame.startSession(seconds: 15)
            let user = try OtherUser(Frame.uid, 1, at: own.frame.stampPath)
            _ = try own.ask(Frame.payment(), on: user.clients[0])
            #expect(try user.clients[0].readReply().summary == "SessionExpired fallback=passkey session=default")
        }
    }

    @Test("the same key again under the session's name, other sessions and the same rules do not end it")
    func goesOn() async throws {
        try await withConfirmations { own in
            let credential = Credential()
            let bundle = try own.frame.bundle(of: credential)
            for _ in 0..<2 {
                #expect(try own.control.control("InjectCredentialBundle", ["bundle": bundle]).error == nil)
            }
            let user = try OtherUser(Frame.uid, 1, at: own.frame.stampPath)
            let payload = Frame.payment()
            let shown = try own.ask(payload, on: user.clients[0])
            #expect(try own.control.control("InjectCredentialBundle", ["bundle": bundle]).error == nil)
            try own.frame.startSession("other")
            #expect(try own.control.control("EndSession", ["session": "other"]).error == nil)
            try own.file.replace(Frame.configuration(members: #""maximumSessions": 9, "#))
            try own.frame.reload(own.manager)
            #expect(try own.waiting == 1)
            #expect(try own.confirm(shown).error == nil)
            #expect(try user.clients[0].readReply().isStamp(of: payload, by: credential.publicKey))
        }
    }

    @Test("its connection's end ends it, at once, and gives back; a half-closed one still gets its answer")
    func connection() async throws {
        try await withConfirmations { own in
            let credential = try own.frame.startSession()
            var user: OtherUser? = try OtherUser(Frame.uid, 1, at: own.frame.stampPath)
            let other = try OtherUser(Frame.uid, 2, at: own.frame.stampPath)
            _ = try own.ask(Frame.payment(60), on: #require(user).clients[0])
            try #require(user).clients[0].write(makeStamp(Frame.free()))
            #expect(try !own.hasLeft(41, other.clients[1]))
            user = nil
            try own.waitUntilNoneWaits()
            #expect(try own.hasLeft(100, other.clients[1]))
            let records = try own.story(2)
            #expect(records.last?["STAMPD_REASON"] == "connection" && records.last?["STAMPD_PEER_UID"] == nil)
            let payload = Frame.payment()
            let shown = try own.ask(payload, on: other.clients[0])
            other.clients[0].finishWriting()
            #expect(try own.confirm(shown).error == nil)
            #expect(try other.clients[0].readReply().isStamp(of: payload, by: credential.publicKey))
            #expect(try other.clients[0].read() == nil)
        }
    }

    @Test(
        "the end of the process that connected ends it, whoever has its socket by then, also where the end came first",
        arguments: [false, true]
    )
    func process(_ isFirst: Bool) async throws {
        try await withConfirmations { own in
            try own.frame.startSession()
            let user = try OtherUser(Frame.uid, 1, at: own.frame.stampPath)
            let client = user.clients[0]
            if isFirst {
                try client.stamper("GetStatus")
                own.frame.process.send(SIGSTOP)
                try client.write(makeStamp(Frame.payment()))
                user.endProcess()
                own.frame.process.send(SIGCONT)
            } else {
                _ = try own.ask(Frame.payment(), on: client)
                user.endProcess()
            }
            #expect(try client.read() == nil)
            try own.waitUntilNoneWaits()
        }
    }

    @Test("neither the idle limit nor the one of replies ends it, and idle time begins with the answer")
    func patient() async throws {
        let text = Frame.configuration(members: #""idleTimeoutSeconds": 3, "replyTimeoutSeconds": 1, "#)
        try await withConfirmations(text) { own in
            let credential = try own.frame.startSession()
            let user = try OtherUser(Frame.uid, 3, at: own.frame.stampPath)
            let (client, payload) = (user.clients[0], Frame.payment())
            try client.write(makeStamp(Frame.free()) + makeStamp(payload))
            let shown = try own.waitForOne()
            // Two others end for being idle, one after the other.
            #expect(try user.clients[1].read() == nil)
            let late = try own.control
            #expect(try late.stamper("GetStatus").error == nil && late.read() == nil)
            #expect(try own.confirm(shown).error == nil)
            _ = try client.readReply()
            #expect(try client.readReply().isStamp(of: payload, by: credential.publicKey))
            let free = Frame.free()
            #expect(try client.stamper("Stamp", ["payload": free]).isStamp(of: free, by: credential.publicKey))
            #expect(try client.read() == nil)
        }
    }

    @Test("a stop refuses those that wait and those that come, and does not wait for a human") func stop() async throws
    {
        try await withConfirmations { own in
            let credential = try own.frame.startSession()
            let user = try OtherUser(Frame.uid, 1, at: own.frame.stampPath)
            let free = Frame.free()
            _ = try own.ask(Frame.payment(), on: user.clients[0])
            try user.clients[0].write(makeStamp(free) + makeStamp(Frame.payment()))
            own.frame.process.send(SIGTERM)
            let replies = try user.clients[0].readToEnd()
            try #require(replies.count == 3)
            #expect(replies[0].summary == Self.nobody && replies[2].summary == Self.nobody)
            #expect(try replies[1].isStamp(of: free, by: credential.publicKey))
            #expect(try own.frame.process.wait() == .exited(0))
        }
    }

    @Test("who is not served any more after a reload is told so instead of the stamp, then the connection ends")
    func notServed() async throws {
        try await withConfirmations { own in
            try own.frame.startSession()
            let user = try OtherUser(Frame.uid, 2, at: own.frame.stampPath)
            _ = try own.ask(Frame.payment(60), on: user.clients[0])
            let members = #""authorization": {"stamp": {"uids": [5]}}, "#
            try own.file.replace(Frame.configuration(members: members))
            try own.frame.reload(own.manager)
            #expect(try user.clients[0].readReply().summary == "Denied fallback=never rule=peer")
            #expect(try user.clients[0].read() == nil && own.list().isEmpty)
        }
    }
}
