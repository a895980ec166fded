// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import SignerCore

extension SignerCoreTests {
    @Suite("A frame holds its callers to its limits, and to others once it is told") struct FrameLimitsTests {
        private func frame(_ change: (inout FrameLimits) -> Void) throws -> TestFrame {
            var limits = FrameLimits()
            change(&limits)
            return try TestFrame.ready(limits: limits)
        }

        @Test("lives that nobody asks for are the configured ones") func defaults() throws {
            let frame = try frame {
                $0.defaultExpirationSeconds = 7
                $0.defaultEmbeddedKeyExpirationSeconds = 11
            }
            let session = try frame.inject(TestCredential(), seconds: nil)
            #expect(frame.now.milliseconds(until: session.deadline) == 7000)
            frame.frame.reset(at: frame.now)
            #expect(try frame.initEmbeddedKey().expiresInMilliseconds == 11_000)
        }

        @Test("a generated key waits as long as configured, and one that waits keeps its time") func pending() throws {
            let frame = try frame { $0.pendingKeySeconds = 5 }
            let names: [SessionName] = ["a", "b"]
            let keys = try names.map { try frame.frame.createSessionKey(for: $0, at: frame.now) }
            var limits = frame.frame.limits
            limits.pendingKeySeconds = 1
            frame.frame.apply(limits)
            frame.advance(seconds: 4)
            _ = try frame.frame.activateSession(keys[0], as: SessionRequest(), at: frame.now)
            frame.advance(seconds: 1)
            #expect(throws: FrameError.unknownSessionKey(keys[1])) {
                _ = try frame.frame.activateSession(keys[1], as: SessionRequest(), at: frame.now)
            }
        }

        @Test("as many deadlines are remembered as configured; then other keys are refused until a reset")
        func rememberedDeadlines() throws {
            let frame = try frame { $0.maximumRememberedDeadlines = 2 }
            let (first, second) = (TestCredential(), TestCredential())
            try frame.inject(first, as: "a")
            try frame.inject(second, as: "b")
            #expect(throws: FrameError.tooManySessions(limit: 2, retryAfterMilliseconds: nil)) {
                try frame.inject(TestCredential(), as: "c")
            }
            try frame.inject(first, as: "c")
        }

        @Test("as many names as configured answer that they expired, and fewer at once where fewer may")
        func expiredNames() throws {
            let frame = try frame { $0.maximumExpiredNames = 2 }
            for name in ["a", "b", "c"] as [SessionName] {
                try frame.inject(TestCredential(), as: name, seconds: 1)
                frame.advance(seconds: 1)
                frame.frame.advance(to: frame.now)
            }
            func error(_ name: SessionName) -> FrameError? {
                do throws(FrameError) { _ = try frame.frame.session(name, at: frame.now) } catch { return error }
                return nil
            }
            #expect(error("a") == .noSession("a") && error("b") == .sessionExpired("b"))
            var limits = frame.frame.limits
            limits.maximumExpiredNames = 0
            frame.frame.apply(limits)
            #expect(error("b") == .noSession("b") && error("c") == .noSession("c"))
        }

        @Test(
            "a session's end is announced as long ahead as configured, and not at all for 0",
            arguments: [0, 5] as [Int64]
        )
        func notice(_ seconds: Int64) throws {
            let frame = try frame { $0.expiringNoticeSeconds = seconds }
            let session = try frame.inject(TestCredential(), seconds: 10)
            frame.advance(seconds: 4)
            frame.frame.advance(to: frame.now)
            _ = frame.takeEvents()
            for _ in 0..<6 {
                frame.advance(seconds: 1)
                frame.frame.advance(to: frame.now)
            }
            let expired = FrameEvent.sessionExpired(.default, session.publicKey)
            let expiring = FrameEvent.sessionExpiring(.default, session.publicKey, expiresInMilliseconds: 5000)
            #expect(frame.takeEvents() == (seconds == 0 ? [expired] : [expiring, expired]))
        }

        @Test("limits that shrink end nothing, and let nothing new in") func shrinking() throws {
            let frame = try frame { _ in }
            let credential = TestCredential()
            for name in ["a", "b"] as [SessionName] { try frame.inject(credential, as: name, seconds: 600) }
            let revision = frame.frame.revision
            var limits = FrameLimits()
            limits.maximumSessions = 1
            limits.maximumExpirationSeconds = 60
            limits.expiringNoticeSeconds = 3000
            frame.frame.apply(limits)
            #expect(frame.frame.revision != revision)
            #expect(frame.frame.nextChange <= frame.now, "what is announced earlier now is due")
            #expect(frame.frame.listSessions(at: frame.now).map(\.name) == ["a", "b"])
            for name in ["a", "b"] as [SessionName] { try frame.stamp(as: name) }
            #expect(throws: FrameError.invalidExpiration) { try frame.inject(credential, as: "a", seconds: 61) }
            #expect(throws: FrameError.tooManySessions(limit: 1, retryAfterMilliseconds: 600_001)) {
                try frame.inject(credential, as: "c", seconds: 60)
            }
        }
    }
}
