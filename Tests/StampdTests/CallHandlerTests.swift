// SPDX-License-Identifier: Apache-2.0
import Foundation
import SignerCore
import Testing
import Varlink

@testable import stampd

/// Answers without a socket: bytes in, bytes out, and a list instead of a journal.
@Suite("the answer to a message", .serialized)
struct CallHandlerTests {
    private let audit = ListedAudit()
    private let handler: CallHandler
    private let peer = Peer(uid: 1000, gid: 1000, pid: 7)
    private let stamp = SocketIdentity(kind: .stamp, name: "stamp")
    private let control = SocketIdentity(kind: .control, name: "control")

    init() throws {
        _ = try SecureHeap.setUp()
        handler = CallHandler(
            Frame(),
            rate: CallRate(StampLimits(perSecond: 1, burstSeconds: 2)),
            maximumNesting: 32,
            audit: audit,
            log: Log(),
            clock: { BootInstant(nanoseconds: 0).adding(seconds: 1000) },
            wallClock: { 1_764_374_400_000 }
        )
    }

    private func answer(
        _ method: String,
        _ parameters: String = "{}",
        at socket: SocketIdentity,
        refusing refusal: ErrorReply? = nil,
        members: String = ""
    ) -> (outcome: CallHandler.Outcome, replies: [String]) {
        let message = Array(#"{"method":"\#(method)","parameters":\#(parameters)\#(members)}"#.utf8)
        var replies = JSONWriter()
        let outcome = handler.answer(message.span, from: peer, at: socket, on: 1, refusing: refusal, to: &replies)
        let texts = replies.bytes.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
        return (outcome, texts)
    }

    private func startSession() throws {
        let created = answer("io.stampd.Control.CreateSessionKey", at: control).replies
        let json = try JSONSerialization.jsonObject(with: Data(try #require(created.first).utf8)) as? [String: Any]
        let key = try #require((json?["parameters"] as? [String: Any])?["publicKey"] as? String)
        let activated = answer("io.stampd.Control.ActivateSession", #"{"publicKey":"\#(key)"}"#, at: control).replies
        #expect(activated.first?.contains(#""session""#) == true)
    }

    @Test("a call has one reply, and what happened comes out as events") func events() throws {
        try startSession()
        #expect(handler.takeEvents().count == 1)
        #expect(handler.takeEvents().isEmpty)
        let stamped = answer("io.stampd.Stamper.Stamp", #"{"payload":"x"}"#, at: stamp)
        #expect(stamped.outcome == .answered && stamped.replies.count == 1)
        #expect(handler.counters == .init(stamped: 1, denied: 0, failed: 0))
        let kinds = audit.records.map(\.kind)
        #expect(kinds == [.sessionKeyCreated, .activation, .sessionStarted, .stamp])
        #expect(audit.records.last?.session == "default" && audit.records.last?.uid == 1000)
    }

    @Test("a refusal names the session of its own call, and of no other") func refusals() throws {
        try startSession()
        audit.records = []
        _ = answer("io.stampd.Stamper.Stamp", #"{"payload":"x","session":"other"}"#, at: stamp)
        _ = answer("io.stampd.Stamper.Stamp", #"{"payload":"x","session":"!"}"#, at: stamp)
        // The burst is used up; which session it is of is known before.
        _ = answer("io.stampd.Stamper.Stamp", #"{"payload":"x"}"#, at: stamp)
        let refusal = AuditKind.refusal
        #expect(
            audit.records == [
                .init(kind: refusal, rule: "NoSession", session: "other", uid: 1000),
                .init(kind: refusal, rule: "InvalidParameter", session: nil, uid: 1000),
                .init(kind: refusal, rule: "RateLimited", session: "default", uid: 1000),
            ]
        )
        #expect(handler.counters == .init(stamped: 0, denied: 1, failed: 2))
    }

    @Test("what is no call has no answer, and is the end") func notACall() {
        var replies = JSONWriter()
        let outcome = handler.answer(Array("{".utf8).span, from: peer, at: stamp, on: 1, to: &replies)
        #expect(outcome == .notACall && replies.bytes.isEmpty)
        #expect(audit.records.map(\.rule) == ["NotACall"])
    }

    @Test("a peer that is refused is told so, whatever it calls, and nothing happens") func refusedPeer() {
        let refused = answer("io.stampd.Control.Lock", at: control, refusing: .denied(rule: "peer"))
        #expect(refused.outcome == .refused)
        #expect(refused.replies.first?.contains("io.stampd.Stamper.Denied") == true)
        let isLocked = handler.frame.isLocked
        #expect(!isLocked && audit.records.isEmpty)
    }

    @Test("a oneway call happens and has no reply; a Monitor makes a watcher") func onewayAndMonitor() {
        let lock = answer("io.stampd.Control.Lock", at: control, members: #","oneway":true"#)
        #expect(lock.replies.isEmpty && lock.outcome == .answered)
        let isLocked = handler.frame.isLocked
        #expect(isLocked)
        let monitor = answer("io.stampd.Stamper.Monitor", at: stamp, members: #","more":true"#)
        #expect(monitor.outcome == .watches && monitor.replies.isEmpty)
    }

    @Test("the control socket's methods are not the stamp socket's") func sockets() {
        let lock = answer("io.stampd.Control.Lock", at: stamp)
        #expect(lock.replies.first?.contains("InterfaceNotFound") == true)
        let isLocked = handler.frame.isLocked
        #expect(!isLocked)
    }

    @Test("ListAccounts has the accounts of the server") func accounts() {
        handler.serverStatus = {
            CallHandler.ServerStatus(
                connectionCount: 3,
                lostCount: 0,
                accounts: [
                    AccountReport(
                        account: .user(1000),
                        uidCount: 2,
                        connectionCount: 3,
                        watcherCount: 1,
                        waitingCount: 0,
                        byteCount: 4096,
                        stampsPerSecond: 5,
                        throttled: .rate
                    ),
                    AccountReport(
                        account: .untold,
                        uidCount: 1,
                        connectionCount: 1,
                        watcherCount: 0,
                        waitingCount: 1,
                        byteCount: 7,
                        stampsPerSecond: 0,
                        throttled: nil
                    ),
                ]
            )
        }
        let expected = """
            {"parameters":{"accounts":[{"uid":1000,"uids":2,"connections":3,"watchers":1,"waiting":0,"bytes":4096,\
            "stampsPerSecond":5,"throttled":"rate"},{"uids":1,"connections":1,"watchers":0,"waiting":1,"bytes":7,\
            "stampsPerSecond":0}]}}
            """
        #expect(answer("io.stampd.Control.ListAccounts", at: control).replies == [expected])
    }
}
