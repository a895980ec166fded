// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import SignerCore

extension SignerCoreTests {
    @Suite("Sessions have names, and an end") struct SessionTests {
        let frame: TestFrame

        init() throws { frame = try TestFrame.ready() }

        @Test("each stamps with its own credential; they are listed by name") func names() throws {
            let credentials = (0..<3).map { _ in TestCredential() }
            let names: [SessionName] = ["b", "default", "a.1_-"]
            for (name, credential) in zip(names, credentials) { try frame.inject(credential, as: name) }
            for (name, credential) in zip(names, credentials) {
                #expect(try frame.stamper(as: name) == credential.publicKey.description)
            }
            #expect(frame.frame.listSessions(at: frame.now).map(\.name) == ["a.1_-", "b", "default"])
        }

        @Test("what the injector claims is kept, and is the session's alone") func claims() throws {
            let text = try Array(TestCredential().sealed(to: frame.embeddedPublicKey()).base58Check.utf8)
            let request = SessionRequest(organizationId: Claim(Array("o".utf8).span), userId: nil)
            let session = try frame.frame.injectCredentialBundle(
                text.span,
                as: request,
                expecting: nil,
                at: frame.now
            )
            #expect(session.organizationId?.utf8 == Array("o".utf8) && session.userId == nil)
            let again = try frame.frame.injectCredentialBundle(
                text.span,
                as: SessionRequest(name: "b"),
                expecting: nil,
                at: frame.now
            )
            #expect(again.organizationId == nil)
            guard case .bundle = again.origin else { throw FrameError.noSession("b") }
        }

        @Test("64 may be alive; one more is refused, one in another's place is not") func limit() throws {
            for index in 0..<64 { try frame.inject(TestCredential(), as: SessionName(stringLiteral: "s\(index)")) }
            let before = frame.snapshot()
            #expect(throws: FrameError.tooManySessions(limit: 64, retryAfterMilliseconds: 900_001)) {
                try frame.inject(TestCredential(), as: "new")
            }
            #expect(frame.snapshot() == before)
            try frame.inject(TestCredential(), as: "s7")
            try frame.frame.endSession("s8", at: frame.now)
            try frame.inject(TestCredential(), as: "new")
            #expect(SecureHeap.usedByteCount < SecureHeap.byteCount / 4)
        }

        @Test("an expired name says so until it is used again or reset") func expiredName() throws {
            try frame.inject(TestCredential(), as: "a", seconds: 1)
            try frame.inject(TestCredential(), as: "b", seconds: 1)
            frame.advance(seconds: 10_000)
            for name: SessionName in ["a", "b"] {
                #expect(throws: FrameError.sessionExpired(name)) { try frame.stamp(as: name) }
            }
            try frame.inject(TestCredential(), as: "a")
            try frame.stamp(as: "a")
            try frame.frame.endSession("a", at: frame.now)
            #expect(throws: FrameError.noSession("a")) { try frame.stamp(as: "a") }
            #expect(throws: FrameError.sessionExpired("b")) { try frame.stamp(as: "b") }
            frame.frame.reset(at: frame.now)
            #expect(throws: FrameError.noSession("b")) { try frame.stamp(as: "b") }
        }

        @Test("the last 256 expired names are kept, each once") func manyExpiredNames() throws {
            for index in 0..<300 {
                let key = try frame.frame.createSessionKey(for: SessionName(stringLiteral: "s\(index)"), at: frame.now)
                let request = SessionRequest(expirationSeconds: 1)
                _ = try frame.frame.activateSession(key, as: request, at: frame.now)
                frame.advance(seconds: 1)
            }
            let expired = frame.snapshot().expiredNames
            #expect(expired == (44..<300).map { SessionName(stringLiteral: "s\($0)") })
            #expect(throws: FrameError.noSession("s43")) { try frame.stamp(as: "s43") }
            #expect(throws: FrameError.sessionExpired("s44")) { try frame.stamp(as: "s44") }
            try frame.inject(TestCredential(), as: "s100", seconds: 1)
            frame.advance(seconds: 1)
            #expect(frame.snapshot().expiredNames.count == 256)
            #expect(frame.snapshot().expiredNames.last == "s100")
        }

        @Test("reported as rejected, the named session ends, or each of the key; an unknown key changes nothing")
        func rejected() throws {
            let (shared, other) = (TestCredential(), TestCredential())
            for name: SessionName in ["a", "b", "c"] { try frame.inject(shared, as: name) }
            try frame.inject(other, as: "other")
            _ = frame.takeEvents()
            let before = frame.snapshot()
            frame.frame.reportRejected(TestCredential().publicKey, session: nil, at: frame.now)
            frame.frame.reportRejected(shared.publicKey, session: "other", at: frame.now)
            frame.frame.reportRejected(shared.publicKey, session: "unknown", at: frame.now)
            #expect(frame.snapshot() == before)
            frame.frame.reportRejected(shared.publicKey, session: "b", at: frame.now)
            #expect(frame.takeEvents() == [.sessionRejected("b", shared.publicKey)])
            frame.frame.reportRejected(shared.publicKey, session: nil, at: frame.now)
            #expect(
                frame.takeEvents() == [
                    .sessionRejected("a", shared.publicKey), .sessionRejected("c", shared.publicKey),
                ]
            )
            #expect(throws: FrameError.noSession("a")) { try frame.stamp(as: "a") }
            #expect(try frame.stamper(as: "other") == other.publicKey.description)
            frame.frame.reportRejected(shared.publicKey, session: nil, at: frame.now)
            #expect(frame.takeEvents().isEmpty)
        }

        @Test("a pending key that is reported stays pending: it has no session") func rejectedPending() throws {
            let key = try frame.frame.createSessionKey(for: "a", at: frame.now)
            frame.frame.reportRejected(key, session: nil, at: frame.now)
            #expect(try frame.frame.activateSession(key, as: SessionRequest(), at: frame.now).publicKey == key)
        }
    }
}
