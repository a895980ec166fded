// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import SignerCore

extension SignerCoreTests {
    @Suite("A key made inside waits for its activation") struct GeneratedKeyTests {
        let frame = TestFrame()

        private func activate(_ key: PublicKey, seconds: Int64? = nil) throws(FrameError) -> Session {
            try frame.frame.activateSession(key, as: SessionRequest(expirationSeconds: seconds), at: frame.now)
        }

        @Test("it stamps nothing before, then under the name that it was made for") func activation() throws {
            let key = try frame.frame.createSessionKey(for: "made", at: frame.now)
            #expect(throws: FrameError.noSession("made")) { try frame.stamp(as: "made") }
            let claims = SessionRequest(
                name: "asked",
                expirationSeconds: 60,
                organizationId: Claim(Array("org".utf8).span),
                userId: Claim(Array("user".utf8).span)
            )
            let session = try frame.frame.activateSession(key, as: claims, at: frame.now)
            #expect(session.name == "made" && session.publicKey == key)
            #expect(session.organizationId?.utf8 == Array("org".utf8) && session.userId?.utf8 == Array("user".utf8))
            #expect(session.deadline == frame.now.adding(seconds: 60))
            #expect(try frame.stamper(as: "made") == key.description)
            #expect(throws: FrameError.noSession("asked")) { try frame.stamp(as: "asked") }
            guard case .generated = session.origin else { throw FrameError.unknownSessionKey(key) }
        }

        @Test("it is activated once") func once() throws {
            let key = try frame.frame.createSessionKey(for: "a", at: frame.now)
            _ = try activate(key)
            #expect(throws: FrameError.unknownSessionKey(key)) { try activate(key) }
            try frame.frame.endSession("a", at: frame.now)
            #expect(throws: FrameError.unknownSessionKey(key)) { try activate(key) }
        }

        @Test("after ten minutes it is gone, not a nanosecond before") func tenMinutes() throws {
            let early = try frame.frame.createSessionKey(for: "a", at: frame.now)
            let late = try frame.frame.createSessionKey(for: "b", at: frame.now)
            frame.now = BootInstant(nanoseconds: frame.now.nanoseconds + 599_999_999_999)
            _ = try activate(early)
            frame.now = BootInstant(nanoseconds: frame.now.nanoseconds + 1)
            #expect(throws: FrameError.unknownSessionKey(late)) { try activate(late) }
            let isForgotten = frame.frame.pendingKeys.isEmpty
            #expect(isForgotten)
        }

        @Test("64 may wait beside 64 sessions; one more of either is refused") func limits() throws {
            for index in 0..<64 {
                let key = try frame.frame.createSessionKey(for: SessionName(stringLiteral: "s\(index)"), at: frame.now)
                _ = try activate(key)
            }
            var keys: [PublicKey] = []
            for index in 0..<64 {
                keys.append(
                    try frame.frame.createSessionKey(for: SessionName(stringLiteral: "p\(index)"), at: frame.now)
                )
            }
            #expect(Set(keys).count == 64 && frame.frame.sessions.count == 64)
            let before = frame.snapshot()
            #expect(throws: FrameError.tooManySessions(limit: 64)) {
                try frame.frame.createSessionKey(for: "s1", at: frame.now)
            }
            #expect(throws: FrameError.tooManySessions(limit: 64)) { try activate(keys[0]) }
            #expect(frame.snapshot() == before)
            #expect(SecureHeap.usedByteCount < SecureHeap.byteCount / 4)
            try frame.frame.endSession("s0", at: frame.now)
            _ = try activate(keys[0])
        }

        @Test("its session's deadline is not remembered: it can not come again") func notRemembered() throws {
            let key = try frame.frame.createSessionKey(for: "a", at: frame.now)
            _ = try activate(key)
            let remembered = frame.frame.rememberedDeadlineCount
            #expect(remembered == 0)
        }

        @Test("two keys made for one name: the second activated replaces the first") func sameName() throws {
            let first = try frame.frame.createSessionKey(for: "a", at: frame.now)
            let second = try frame.frame.createSessionKey(for: "a", at: frame.now)
            _ = try activate(first)
            _ = try activate(second)
            #expect(try frame.stamper(as: "a") == second.description)
        }
    }
}
