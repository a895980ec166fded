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
            #expect(throws: FrameError.tooManySessions(limit: 64, retryAfterMilliseconds: 600_001)) {
                try frame.frame.createSessionKey(for: "s1", at: frame.now)
            }
            #expect(throws: FrameError.tooManySessions(limit: 64, retryAfterMilliseconds: 900_001)) {
                try activate(keys[0])
            }
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

        @Test("two keys made for one name: the second takes the first's place, also where no other place is free")
        func sameName() throws {
            let first = try frame.frame.createSessionKey(for: "a", at: frame.now)
            for index in 0..<63 {
                _ = try frame.frame.createSessionKey(for: SessionName(stringLiteral: "p\(index)"), at: frame.now)
            }
            let used = SecureHeap.usedByteCount
            let second = try frame.frame.createSessionKey(for: "a", at: frame.now)
            #expect(SecureHeap.usedByteCount == used)
            #expect(frame.snapshot().pendingKeys.count == 64)
            #expect(throws: FrameError.unknownSessionKey(first)) { try activate(first) }
            _ = try activate(second)
            #expect(try frame.stamper(as: "a") == second.description)
            let third = try frame.frame.createSessionKey(for: "a", at: frame.now)
            #expect(try frame.stamper(as: "a") == second.description, "a key that waits ends no session")
            _ = try activate(third)
            #expect(try frame.stamper(as: "a") == third.description)
        }

        @Test("64 keys that nobody activated leave the next one its place, where they were made for one name")
        func abandoned() throws {
            for _ in 0..<64 { _ = try frame.frame.createSessionKey(for: "a", at: frame.now) }
            let key = try frame.frame.createSessionKey(for: "b", at: frame.now)
            _ = try activate(key)
            #expect(frame.snapshot().pendingKeys.count == 1)
        }

        @Test("dropped, it is gone at once, also from a locked frame, and its place is free") func dropped() throws {
            var limits = FrameLimits()
            limits.maximumPendingKeys = 1
            let frame = TestFrame(limits: limits)
            _ = try SecretMaker.makeScalar()  // this thread's generator
            let used = SecureHeap.usedByteCount
            let key = try frame.frame.createSessionKey(for: "a", at: frame.now)
            #expect(SecureHeap.usedByteCount > used)
            frame.frame.lock(at: frame.now)
            let revision = frame.frame.revision
            #expect(frame.frame.dropSessionKey(key, at: frame.now) == "a")
            #expect(frame.frame.revision != revision && frame.frame.nextChange == .never)
            #expect(SecureHeap.usedByteCount == used)
            frame.frame.unlock(at: frame.now)
            #expect(throws: FrameError.unknownSessionKey(key)) {
                try frame.frame.activateSession(key, as: SessionRequest(), at: frame.now)
            }
            _ = try frame.frame.createSessionKey(for: "b", at: frame.now)
        }

        @Test("to drop a key that does not wait changes nothing: unknown, dropped already, past its time, activated")
        func droppedUnknown() throws {
            let active = try frame.frame.createSessionKey(for: "a", at: frame.now)
            _ = try activate(active)
            let waiting = try frame.frame.createSessionKey(for: "b", at: frame.now)
            let twice = try frame.frame.createSessionKey(for: "c", at: frame.now)
            #expect(frame.frame.dropSessionKey(twice, at: frame.now) == "c")
            frame.frame.lock(at: frame.now)
            let before = frame.snapshot()
            let revision = frame.frame.revision
            for key in [active, twice, TestCredential().publicKey] {
                #expect(frame.frame.dropSessionKey(key, at: frame.now) == nil)
            }
            #expect(frame.snapshot() == before && frame.frame.revision == revision)
            frame.advance(seconds: 600)
            #expect(frame.frame.dropSessionKey(waiting, at: frame.now) == nil)
            frame.frame.unlock(at: frame.now)
            #expect(try frame.stamper(as: "a") == active.description)
        }

        @Test("a full frame says when a place is free: then it is, and a millisecond before it is not")
        func retry() throws {
            func error(_ call: () throws -> Void) -> FrameError? {
                do { try call() } catch { return error as? FrameError }
                return nil
            }
            var limits = FrameLimits()
            limits.maximumPendingKeys = 2
            limits.maximumSessions = 2
            let frame = TestFrame(limits: limits)
            let start = frame.now
            let first = try frame.frame.createSessionKey(for: "a", at: frame.now)
            _ = try frame.frame.activateSession(first, as: SessionRequest(expirationSeconds: 700), at: frame.now)
            let second = try frame.frame.createSessionKey(for: "b", at: frame.now)
            _ = try frame.frame.activateSession(second, as: SessionRequest(expirationSeconds: 100), at: frame.now)
            _ = try frame.frame.createSessionKey(for: "c", at: frame.now)
            frame.advance(seconds: 50, nanoseconds: 500_000)
            let last = try frame.frame.createSessionKey(for: "d", at: frame.now)
            let create = { _ = try frame.frame.createSessionKey(for: "e", at: frame.now) }
            let activate = { _ = try frame.frame.activateSession(last, as: SessionRequest(), at: frame.now) }
            #expect(error(create) == .tooManySessions(limit: 2, retryAfterMilliseconds: 550_000))
            #expect(error(activate) == .tooManySessions(limit: 2, retryAfterMilliseconds: 50_000))
            frame.now = start.adding(milliseconds: 99_999)
            #expect(error(activate) == .tooManySessions(limit: 2, retryAfterMilliseconds: 2))
            frame.now = start.adding(milliseconds: 100_000)
            #expect(error(activate) == nil)
            _ = try frame.frame.createSessionKey(for: "d", at: frame.now)
            frame.now = start.adding(milliseconds: 599_999)
            #expect(error(create) == .tooManySessions(limit: 2, retryAfterMilliseconds: 2))
            frame.now = start.adding(milliseconds: 600_000)
            #expect(error(create) == nil)
        }

        @Test("where limits were lowered, a place is free once so many have ended; with no place at all, never")
        func loweredRetry() throws {
            for (name, seconds) in [("a", 300), ("b", 100), ("c", 200)] as [(SessionName, Int64)] {
                let key = try frame.frame.createSessionKey(for: name, at: frame.now)
                _ = try activate(key, seconds: seconds)
            }
            let key = try frame.frame.createSessionKey(for: "d", at: frame.now)
            for (limit, milliseconds) in [(3, 100_001), (2, 200_001), (1, 300_001), (0, nil)] as [(Int, Int64?)] {
                var limits = FrameLimits()
                limits.maximumSessions = limit
                frame.frame.apply(limits)
                #expect(throws: FrameError.tooManySessions(limit: limit, retryAfterMilliseconds: milliseconds)) {
                    try activate(key)
                }
            }
        }

        @Test("two that wait for one name, as a former version kept them, both wait; a new one takes their place")
        func formerState() throws {
            let first = try frame.frame.createSessionKey(for: "a", at: frame.now)
            let second = try frame.frame.createSessionKey(for: "b", at: frame.now)
            frame.frame.pendingKeys[first] = frame.frame.pendingKeys[first].map {
                PendingKey(credential: $0.credential, name: "b", dropped: $0.dropped)
            }
            let restored = try TestFrame.restored(from: frame.state(), at: frame.now)
            #expect(Set(restored.snapshot().pendingKeys.keys) == [first, second])
            let third = try restored.frame.createSessionKey(for: "b", at: restored.now)
            #expect(Set(restored.snapshot().pendingKeys.keys) == [third])
        }
    }
}
