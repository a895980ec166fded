// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import SignerCore

extension SignerCoreTests {
    @Suite("What happens is told once, in order") struct EventTests {
        let frame: TestFrame
        let credential = TestCredential()
        var key: PublicKey { credential.publicKey }

        init() throws { frame = try TestFrame.ready() }

        @Test("an embedded key is announced when it is made, not when it is asked for again") func created() throws {
            let frame = TestFrame()
            let made = try frame.initEmbeddedKey(seconds: 5)
            #expect(
                frame.takeEvents() == [.embeddedKeyCreated(publicKey: made.publicKey, expiresInMilliseconds: 5_000)]
            )
            try frame.initEmbeddedKey()
            #expect(frame.takeEvents().isEmpty)
            frame.advance(seconds: 5)
            #expect(frame.takeEvents() == [.embeddedKeyReset])
            frame.advance(seconds: 5)
            frame.frame.reset(at: frame.now)
            #expect(frame.takeEvents().isEmpty)
        }

        @Test("a session is announced, 60 s before its end, and at it") func life() throws {
            try frame.inject(credential, seconds: 100)
            #expect(frame.takeEvents() == [.sessionStarted(.default, key, expiresInMilliseconds: 100_000)])
            frame.advance(seconds: 40, nanoseconds: -1)
            #expect(frame.takeEvents().isEmpty)
            frame.advance(seconds: 0, nanoseconds: 1)
            #expect(frame.takeEvents() == [.sessionExpiring(.default, key, expiresInMilliseconds: 60_000)])
            frame.advance(seconds: 60, nanoseconds: -1)
            #expect(frame.takeEvents().isEmpty)
            frame.advance(seconds: 0, nanoseconds: 1)
            #expect(frame.takeEvents() == [.sessionExpired(.default, key)])
            frame.advance(seconds: 1_000)
            #expect(frame.takeEvents().isEmpty)
        }

        @Test("a session of 60 s or less is announced as expiring at once", arguments: [1, 59, 60] as [Int64])
        func short(_ seconds: Int64) throws {
            try frame.inject(credential, seconds: seconds)
            let milliseconds = seconds * 1_000
            #expect(
                frame.takeEvents() == [
                    .sessionStarted(.default, key, expiresInMilliseconds: milliseconds),
                    .sessionExpiring(.default, key, expiresInMilliseconds: milliseconds),
                ]
            )
        }

        @Test("a session of 61 s is not announced as expiring yet") func justLonger() throws {
            try frame.inject(credential, seconds: 61)
            #expect(frame.takeEvents().count == 1)
            frame.advance(seconds: 1)
            #expect(frame.takeEvents() == [.sessionExpiring(.default, key, expiresInMilliseconds: 60_000)])
        }

        @Test("shortened, each session of the key is announced as expiring, and none twice") func shortened() throws {
            try frame.inject(credential, as: "a", seconds: 900)
            try frame.inject(credential, as: "b", seconds: 30)
            let expiring = frame.takeEvents().filter { if case .sessionExpiring = $0 { true } else { false } }
            #expect(
                Set(expiring) == [
                    .sessionExpiring("a", key, expiresInMilliseconds: 30_000),
                    .sessionExpiring("b", key, expiresInMilliseconds: 30_000),
                ] && expiring.count == 2
            )
            try frame.inject(credential, as: "c", seconds: 10)
            #expect(
                frame.takeEvents() == [
                    .sessionStarted("c", key, expiresInMilliseconds: 10_000),
                    .sessionExpiring("c", key, expiresInMilliseconds: 10_000),
                ]
            )
        }

        @Test("replaced, the old key ends before the new one starts; the same key too") func replaced() throws {
            let next = TestCredential()
            try frame.inject(credential)
            _ = frame.takeEvents()
            try frame.inject(next)
            #expect(
                frame.takeEvents() == [
                    .sessionEnded(.default, key),
                    .sessionStarted(.default, next.publicKey, expiresInMilliseconds: 900_000),
                ]
            )
            try frame.inject(next)
            #expect(
                frame.takeEvents() == [
                    .sessionEnded(.default, next.publicKey),
                    .sessionStarted(.default, next.publicKey, expiresInMilliseconds: 900_000),
                ]
            )
            let generated = try frame.frame.createSessionKey(for: .default, at: frame.now)
            #expect(frame.takeEvents().isEmpty)
            _ = try frame.frame.activateSession(generated, as: SessionRequest(), at: frame.now)
            #expect(
                frame.takeEvents() == [
                    .sessionEnded(.default, next.publicKey),
                    .sessionStarted(.default, generated, expiresInMilliseconds: 900_000),
                ]
            )
        }

        @Test("a session has one end: ended, expired or rejected", arguments: 0..<4) func oneEnd(_ way: Int) throws {
            try frame.inject(credential, seconds: 900)
            _ = frame.takeEvents()
            switch way {
            case 0: try frame.frame.endSession(.default, at: frame.now)
            case 1: frame.advance(seconds: 900)
            case 2: frame.frame.reportRejected(key, session: nil, at: frame.now)
            default: frame.frame.reset(at: frame.now)
            }
            try? frame.frame.endSession(.default, at: frame.now)
            frame.frame.reportRejected(key, session: nil, at: frame.now)
            frame.advance(seconds: 900)
            frame.frame.reset(at: frame.now)
            let ends = frame.takeEvents().filter { event in
                switch event {
                case .sessionEnded, .sessionExpired, .sessionRejected: true
                default: false
                }
            }
            let expected: [FrameEvent] = [
                .sessionEnded(.default, key), .sessionExpired(.default, key), .sessionRejected(.default, key),
                .sessionEnded(.default, key),
            ]
            #expect(ends == [expected[way]])
        }

        @Test("the lock is announced when it changes") func lock() throws {
            frame.frame.unlock(at: frame.now)
            frame.frame.lock(at: frame.now)
            frame.frame.lock(at: frame.now)
            frame.frame.unlock(at: frame.now)
            #expect(frame.takeEvents() == [.locked, .unlocked])
        }

        @Test("events are handed out once") func taken() throws {
            frame.frame.lock(at: frame.now)
            let had = frame.frame.hasEvents
            #expect(had)
            #expect(frame.takeEvents() == [.locked])
            let has = frame.frame.hasEvents
            #expect(!has && frame.takeEvents().isEmpty)
        }
    }
}
