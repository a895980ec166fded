// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import SignerCore

extension SignerCoreTests {
    /// Decision: the deadline belongs to the credential's public key for as long as the embedded key lives.
    @Suite("A bundle injected again never lives longer") struct ReplayTests {
        let frame: TestFrame
        let credential = TestCredential()
        let bundles: [String]

        init() throws {
            frame = try TestFrame.ready()
            let sealed = try credential.sealed(to: frame.embeddedPublicKey())
            // The same bundle in both spellings, and the same key sealed anew.
            bundles =
                [sealed.base58Check, sealed.base64URL]
                + [try credential.sealed(to: frame.embeddedPublicKey()).base58Check]
            try frame.inject(bundles[0], as: "a", seconds: 100)
            _ = frame.takeEvents()
        }

        private func deadline(_ name: SessionName) throws -> Int64 {
            try frame.frame.session(name, at: frame.now).deadline.nanoseconds
        }

        @Test("under any name and in any spelling it keeps the first deadline", arguments: 0..<3, ["a", "b"])
        func keeps(_ spelling: Int, _ name: String) throws {
            let name = SessionName(stringLiteral: name)
            let first = try deadline("a")
            frame.advance(seconds: 50)
            try frame.inject(bundles[spelling], as: name, seconds: 86_400)
            #expect(try deadline("a") == first)
            #expect(try deadline(name) == first)
            frame.advance(seconds: 50)
            for name: SessionName in ["a", name] {
                #expect(throws: FrameError.sessionExpired(name)) { try frame.stamp(as: name) }
            }
        }

        @Test("past its deadline it is expired, to the nanosecond", arguments: 0..<3, ["a", "b"])
        func expired(_ spelling: Int, _ name: String) throws {
            let name = SessionName(stringLiteral: name)
            frame.advance(seconds: 100, nanoseconds: -1)
            try frame.inject(bundles[spelling], as: name)
            frame.advance(seconds: 0, nanoseconds: 1)
            let before = frame.snapshot()
            #expect(throws: FrameError.sessionExpired(name)) { try frame.inject(bundles[spelling], as: name) }
            frame.advance(seconds: 100_000)
            #expect(throws: FrameError.sessionExpired(name)) { try frame.inject(bundles[spelling], as: name) }
            #expect(frame.snapshot() == before)
        }

        @Test("a shorter life holds for each of the key's sessions, and can not be taken back") func shortened() throws
        {
            try frame.inject(bundles[0], as: "b", seconds: 100)
            frame.advance(seconds: 10)
            try frame.inject(bundles[1], as: "c", seconds: 5)
            let expected = frame.now.adding(seconds: 5).nanoseconds
            for name: SessionName in ["a", "b", "c"] { #expect(try deadline(name) == expected) }
            try frame.inject(bundles[2], as: "a", seconds: 900)
            #expect(try deadline("a") == expected)
            frame.advance(seconds: 5)
            #expect(frame.frame.listSessions(at: frame.now).isEmpty)
            let expired = frame.takeEvents().filter { if case .sessionExpired = $0 { true } else { false } }
            #expect(expired.count == 3)
        }

        @Test("ended, replaced or rejected, its deadline stays") func ended() throws {
            let first = try deadline("a")
            try frame.frame.endSession("a", at: frame.now)
            try frame.inject(bundles[0], as: "a", seconds: 900)
            #expect(try deadline("a") == first)
            try frame.inject(TestCredential(), as: "a", seconds: 900)
            try frame.inject(bundles[1], as: "a", seconds: 900)
            #expect(try deadline("a") == first)
            frame.frame.reportRejected(credential.publicKey, session: nil, at: frame.now)
            try frame.inject(bundles[2], as: "a", seconds: 900)
            #expect(try deadline("a") == first)
            try frame.frame.endSession("a", at: frame.now)
            frame.advance(seconds: 100)
            #expect(throws: FrameError.sessionExpired("a")) { try frame.inject(bundles[0], as: "a") }
        }

        @Test("one key under two names exists once in memory") func once() throws {
            let used = SecureHeap.usedByteCount
            for name: SessionName in ["b", "c", "d"] { try frame.inject(bundles[1], as: name) }
            let credentials = Set(frame.snapshot().sessions.map(\.credential))
            #expect(credentials.count == 1)
            #expect(SecureHeap.usedByteCount <= used)
        }

        @Test("reset forgets the deadline") func reset() throws {
            frame.frame.reset(at: frame.now)
            try frame.initEmbeddedKey()
            #expect(try frame.inject(credential, seconds: 900).deadline == frame.now.adding(seconds: 900))
        }

        @Test("4,096 deadlines are remembered, then only known keys may come, until a reset") func full() throws {
            for index in frame.frame.rememberedDeadlineCount..<FrameLimits.mostRememberedDeadlines - 1 {
                frame.frame.rememberedDeadlines[Self.otherKey(index)] = frame.now
            }
            let last = TestCredential()
            let full = FrameError.tooManySessions(limit: 4_096, retryAfterMilliseconds: nil)
            try frame.inject(last, as: "last")
            let before = frame.snapshot()
            #expect(before.rememberedDeadlines.count == 4_096)
            #expect(throws: full) { try frame.inject(TestCredential(), as: "b") }
            #expect(frame.snapshot() == before)
            try frame.inject(last, as: "again")
            try frame.inject(bundles[1], as: "b")
            frame.advance(seconds: 86_400)
            #expect(throws: full) { try frame.inject(TestCredential(), as: "b") }
            frame.frame.reset(at: frame.now)
            try frame.initEmbeddedKey()
            try frame.inject(TestCredential(), as: "b")
        }

        private static func otherKey(_ index: Int) -> PublicKey {
            let bytes = [2] + [UInt8](repeating: 0, count: 30) + [UInt8(index >> 8), UInt8(index & 255)]
            return bytes.withUnsafeBytes { PublicKey(compressed: $0) }
        }
    }
}
