// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import SignerCore

extension SignerCoreTests {
    @Suite("The embedded key has a life of its own") struct EmbeddedKeyTests {
        @Test("a frame starts without one; only what needs it says so") func starts() throws {
            let frame = TestFrame()
            #expect(throws: FrameError.noEmbeddedKey) { try frame.embeddedPublicKey() }
            #expect(throws: FrameError.noEmbeddedKey) { try frame.inject("x") }
            #expect(throws: FrameError.noSession(.default)) { try frame.stamp() }
            #expect(throws: FrameError.noSession(.default)) { try frame.frame.session(.default, at: frame.now) }
            let generated = try frame.frame.createSessionKey(for: "a", at: frame.now)
            #expect(
                try frame.frame.activateSession(generated, as: SessionRequest(), at: frame.now).publicKey == generated
            )
        }

        @Test("it is a point of P-256, uncompressed, and another one each time") func isPoint() throws {
            var keys: Set<[UInt8]> = []
            for _ in 0..<20 {
                let key = try TestFrame.ready().embeddedPublicKey()
                #expect(key.count == 65 && key[0] == 4)
                #expect(throws: Never.self) { try SealedBundle(sealing: [1], to: key) }
                keys.insert(key)
            }
            #expect(keys.count == 20)
        }

        @Test(
            "asked for again it is the same, with what is left of its life; at its end another",
            arguments: [
                (nil, 172_800), (1, 1), (900, 900), (31_536_000, 31_536_000),
            ] as [(Int64?, Int64)]
        )
        func life(_ asked: Int64?, _ seconds: Int64) throws {
            let frame = TestFrame()
            let first = try frame.initEmbeddedKey(seconds: asked)
            #expect(first.expiresInMilliseconds == seconds * 1_000)
            frame.advance(seconds: seconds, nanoseconds: -1_000_000)
            let again = try frame.initEmbeddedKey(seconds: 86_400)
            #expect(again.publicKey == first.publicKey && again.expiresInMilliseconds == 1)
            frame.now = BootInstant(nanoseconds: frame.now.nanoseconds + 999_999)
            #expect(try frame.embeddedPublicKey() == first.publicKey)
            frame.now = BootInstant(nanoseconds: frame.now.nanoseconds + 1)
            #expect(throws: FrameError.noEmbeddedKey) { try frame.embeddedPublicKey() }
            #expect(try frame.initEmbeddedKey().publicKey != first.publicKey)
        }

        @Test("a life of 0 or less is refused, the longest is no overflow") func expirations() throws {
            let frame = TestFrame()
            for seconds in [0, -1, Int64.min] {
                #expect(throws: FrameError.invalidExpiration) { try frame.initEmbeddedKey(seconds: seconds) }
                #expect(!frame.hasEmbeddedKey)
            }
            let left = Int64.max - frame.now.nanoseconds
            #expect(try frame.initEmbeddedKey(seconds: .max).expiresInMilliseconds == left / 1_000_000)
            #expect(throws: FrameError.invalidExpiration) { try frame.initEmbeddedKey(seconds: 0) }
        }

        @Test("its end leaves sessions alive and keeps the deadlines of the living alone") func expiry() throws {
            let frame = TestFrame()
            try frame.initEmbeddedKey(seconds: 100)
            let (living, ended, past) = (TestCredential(), TestCredential(), TestCredential())
            try frame.inject(living, as: "living", seconds: 200)
            try frame.inject(ended, as: "ended", seconds: 200)
            try frame.inject(past, as: "past", seconds: 99)
            try frame.frame.endSession("ended", at: frame.now)
            _ = frame.takeEvents()
            frame.advance(seconds: 100)
            #expect(frame.takeEvents().contains(.embeddedKeyReset))
            #expect(!frame.hasEmbeddedKey)
            #expect(try frame.stamper(as: "living") == living.publicKey.description)
            #expect(Array(frame.snapshot().rememberedDeadlines.keys) == [living.publicKey])
            try frame.initEmbeddedKey()
            let deadline = try frame.frame.session("living", at: frame.now).deadline
            #expect(try frame.inject(living, as: "again", seconds: 900).deadline == deadline)
            #expect(try frame.inject(ended, as: "ended", seconds: 900).deadline == frame.now.adding(seconds: 900))
            #expect(try frame.inject(past, as: "past", seconds: 900).deadline == frame.now.adding(seconds: 900))
        }

        /// A timer may be late; what was remembered is as if it had not been.
        @Test("who lived at its end does not depend on when one looks", arguments: [100, 150, 250, 1_000])
        func late(_ seconds: Int64) throws {
            let frame = TestFrame()
            try frame.initEmbeddedKey(seconds: 100)
            let (before, at, after) = (TestCredential(), TestCredential(), TestCredential())
            try frame.inject(before, as: "before", seconds: 99)
            try frame.inject(at, as: "at", seconds: 100)
            try frame.inject(after, as: "after", seconds: 101)
            frame.advance(seconds: seconds)
            #expect(Array(frame.snapshot().rememberedDeadlines.keys) == [after.publicKey])
        }

        @Test("reset destroys it, every credential and all that was remembered, and tells each once") func reset()
            throws
        {
            let frame = try TestFrame.ready()
            let (a, b) = (TestCredential(), TestCredential())
            try frame.inject(a, as: "a")
            try frame.inject(b, as: "b")
            try frame.inject(TestCredential(), as: "expired", seconds: 1)
            let pending = try frame.frame.createSessionKey(for: "pending", at: frame.now)
            frame.advance(seconds: 1)
            _ = frame.takeEvents()
            frame.frame.reset(at: frame.now)
            #expect(
                frame.takeEvents() == [
                    .sessionEnded("a", a.publicKey), .sessionEnded("b", b.publicKey), .embeddedKeyReset,
                ]
            )
            #expect(frame.snapshot() == TestFrame().snapshot())
            for name: SessionName in ["a", "b", "expired"] {
                #expect(throws: FrameError.noSession(name)) { try frame.stamp(as: name) }
            }
            #expect(throws: FrameError.unknownSessionKey(pending)) {
                try frame.frame.activateSession(pending, as: SessionRequest(), at: frame.now)
            }
            frame.frame.reset(at: frame.now)
            #expect(frame.takeEvents().isEmpty)
        }

        @Test("reset without an embedded key destroys the sessions all the same") func resetWithoutKey() throws {
            let frame = TestFrame()
            let key = try frame.frame.createSessionKey(for: "a", at: frame.now)
            _ = try frame.frame.activateSession(key, as: SessionRequest(), at: frame.now)
            _ = frame.takeEvents()
            frame.frame.reset(at: frame.now)
            #expect(frame.takeEvents() == [.sessionEnded("a", key), .embeddedKeyReset])
            #expect(throws: FrameError.noSession("a")) { try frame.stamp(as: "a") }
        }
    }
}
