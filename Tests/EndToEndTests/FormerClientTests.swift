// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// A client as version 0.1.0 has it: the calls that it writes, and the types by which it reads what comes back.
@Suite("a client of version 0.1.0 at a frame of this one", .serialized, .timeLimit(.minutes(15)))
struct FormerClientTests {
    private enum Fallback: String, Decodable { case passkey, retry, never }
    private enum Origin: String, Decodable { case bundle, generated }
    private enum Kind: String, Decodable {
        case embeddedKeyCreated, embeddedKeyReset, sessionStarted, sessionExpiring, sessionExpired, sessionEnded
        case sessionRejected, locked, unlocked
    }

    private struct Key: Decodable {
        let publicKey: String
        let expiresInMilliseconds: Int
    }

    private struct SessionKey: Decodable {
        let publicKey: String
    }

    private struct Session: Decodable {
        let name: String
        let publicKey: String
        let organizationId: String?
        let userId: String?
        let origin: Origin
        let expiresInMilliseconds: Int
    }

    private struct OneSession: Decodable {
        let session: Session
    }

    private struct Sessions: Decodable {
        let sessions: [Session]
    }

    private struct Stamp: Decodable {
        let stampHeaderName: String
        let stampHeaderValue: String
    }

    private struct StatusAnswer: Decodable {
        struct Status: Decodable {
            let version: String
            let uptimeMilliseconds: Int
            let locked: Bool
            let embeddedPublicKey: String?
            let sessions: Int
            let connections: Int
            let stamped: Int
            let denied: Int
            let failed: Int
            let auditLost: Int
        }

        let status: Status
    }

    private struct EventAnswer: Decodable {
        struct Event: Decodable {
            let kind: Kind
            let session: String?
            let publicKey: String?
            let expiresInMilliseconds: Int?
        }

        let event: Event
    }

    private struct Full: Decodable {
        let limit: Int
        let fallback: Fallback
    }

    private struct Refused: Decodable {
        let fallback: Fallback
    }

    private func read<Answer: Decodable>(_ type: Answer.Type, _ reply: Message) throws -> Answer {
        try JSONDecoder().decode(type, from: JSONSerialization.data(withJSONObject: reply.parameters))
    }

    @Test("calls each method of its interface, and reads each answer and each event")
    func methods() async throws {
        try await withFrame { frame in
            let (control, client, watcher) = (
                try frame.controlClient(), try frame.stampClient(), try frame.watcher()
            )
            let key = try read(Key.self, control.control("InitEmbeddedKey", ["expirationSeconds": 60]))
            #expect(try read(Key.self, client.stamper("GetEmbeddedPublicKey")).publicKey == key.publicKey)
            let credential = Credential()
            let terms: [String: Any] = [
                "bundle": try credential.bundle(sealedTo: key.publicKey), "session": "a", "expirationSeconds": 60,
                "organizationId": "o", "userId": "u", "expectPublicKey": credential.publicKey,
            ]
            let injected = try read(OneSession.self, control.control("InjectCredentialBundle", terms)).session
            #expect((injected.name, injected.organizationId, injected.origin) == ("a", "o", .bundle))
            let call: [String: Any] = [
                "payload": payload("former"), "session": "a", "expectPublicKey": credential.publicKey,
            ]
            #expect(try read(Stamp.self, client.stamper("Stamp", call)).stampHeaderName == "X-Stamp")
            let made = try read(SessionKey.self, control.control("CreateSessionKey", ["session": "b"])).publicKey
            let activated = try read(OneSession.self, control.control("ActivateSession", ["publicKey": made])).session
            #expect((activated.name, activated.publicKey, activated.origin) == ("b", made, .generated))
            #expect(try read(OneSession.self, client.stamper("GetSession", ["session": "b"])).session.publicKey == made)
            #expect(try read(Sessions.self, client.stamper("ListSessions")).sessions.count == 2)
            let status = try read(StatusAnswer.self, client.stamper("GetStatus")).status
            #expect((status.sessions, status.stamped, status.locked) == (2, 1, false))
            for method in ["Lock", "Unlock"] { #expect(try control.control(method).error == nil) }
            #expect(try client.stamper("ReportRejected", ["publicKey": made, "session": "b"]).error == nil)
            #expect(try control.control("EndSession", ["session": "a"]).error == nil)
            #expect(try control.control("ResetEmbeddedKey").error == nil)
            let kinds = try (0..<8).map { _ in try read(EventAnswer.self, watcher.readReply()).event.kind }
            #expect(
                kinds == [
                    .embeddedKeyCreated, .sessionStarted, .sessionExpiring, .sessionStarted, .locked, .unlocked,
                    .sessionRejected, .sessionEnded,
                ]
            )
        }
    }

    @Test("reads the errors that say more now: their new members are passed over")
    func errors() async throws {
        try await withFrame(["--maximum-sessions", "1"]) { frame in
            try frame.startSession("a")
            let control = try frame.controlClient()
            let bundle = try frame.bundle(of: Credential())
            let full = try control.control("InjectCredentialBundle", ["bundle": bundle, "session": "b"])
            #expect(full.error == "io.stampd.Stamper.TooManySessions")
            let read = try read(Full.self, full)
            #expect((read.limit, read.fallback) == (1, .retry))
            let missing = try control.stamper("Stamp", ["payload": "p", "session": "none"])
            #expect(try self.read(Refused.self, missing).fallback == .passkey)
        }
    }
}
