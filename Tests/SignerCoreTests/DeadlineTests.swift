// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import SignerCore

extension SignerCoreTests {
    @Suite("A deadline is right to the nanosecond") struct DeadlineTests {
        static let start = BootInstant(nanoseconds: 1_000_000_000_123)

        struct Life: CustomTestStringConvertible, Sendable {
            let asked: Int64?
            var maximum: Int64 = 86_400
            let seconds: Int64?

            var testDescription: String { "asked \(asked.map(String.init) ?? "nothing"), at most \(maximum)" }
        }

        @Test(
            "a session lives as long as asked, 900 s by default, never more than is configured",
            arguments: [
                Life(asked: nil, seconds: 900), Life(asked: 1, seconds: 1), Life(asked: 86_400, seconds: 86_400),
                Life(asked: nil, maximum: 60, seconds: 60), Life(asked: 61, maximum: 60, seconds: nil),
                Life(asked: 60, maximum: 60, seconds: 60), Life(asked: 1, maximum: 1, seconds: 1),
                Life(asked: 0, seconds: nil), Life(asked: -1, seconds: nil), Life(asked: 86_401, seconds: nil),
                Life(asked: .min, seconds: nil), Life(asked: .max, seconds: nil),
                Life(asked: .max, maximum: .max, seconds: .max), Life(asked: .min, maximum: .max, seconds: nil),
            ]
        )
        func lives(_ life: Life) throws {
            var limits = FrameLimits()
            limits.maximumExpirationSeconds = life.maximum
            let frame = try TestFrame.ready(limits: limits)
            let generated = try frame.frame.createSessionKey(for: "generated", at: frame.now)
            let request = SessionRequest(expirationSeconds: life.asked)
            guard let seconds = life.seconds else {
                #expect(throws: FrameError.invalidExpiration) {
                    try frame.inject(TestCredential(), seconds: life.asked)
                }
                #expect(throws: FrameError.invalidExpiration) {
                    try frame.frame.activateSession(generated, as: request, at: frame.now)
                }
                return
            }
            let expected = BootInstant(
                nanoseconds: seconds == .max ? .max : Self.start.nanoseconds + seconds * 1_000_000_000
            )
            #expect(try frame.inject(TestCredential(), seconds: life.asked).deadline == expected)
            #expect(try frame.frame.activateSession(generated, as: request, at: frame.now).deadline == expected)
        }

        @Test("one nanosecond before its deadline a session stamps, at it it has expired") func exact() throws {
            let frame = try TestFrame.ready()
            try frame.inject(TestCredential(), seconds: 900)
            frame.now = BootInstant(nanoseconds: Self.start.nanoseconds + 900 * 1_000_000_000 - 1)
            try frame.stamp()
            #expect(try frame.frame.session(.default, at: frame.now).publicKey == frame.frame.sessions[0].publicKey)
            frame.now = BootInstant(nanoseconds: Self.start.nanoseconds + 900 * 1_000_000_000)
            #expect(throws: FrameError.sessionExpired(.default)) { try frame.stamp() }
            #expect(throws: FrameError.sessionExpired(.default)) { try frame.frame.session(.default, at: frame.now) }
            #expect(throws: FrameError.sessionExpired(.default)) { try frame.frame.endSession(.default, at: frame.now) }
            #expect(frame.frame.listSessions(at: frame.now).isEmpty)
        }

        @Test("a stamp that is ready before the deadline goes out, one that is ready at it does not")
        func whileSigning() throws {
            let frame = try TestFrame.ready()
            try frame.inject(TestCredential(), seconds: 1)
            _ = frame.takeEvents()
            try frame.stamp(takingNanoseconds: 999_999_999)
            #expect(throws: FrameError.sessionExpired(.default)) { try frame.stamp(takingNanoseconds: 1_000_000_000) }
            let credentialIsGone = frame.frame.sessions.isEmpty
            #expect(credentialIsGone)
            #expect(throws: FrameError.sessionExpired(.default)) { try frame.stamp() }
            let ends = frame.takeEvents()
            #expect(ends.count == 1, "\(ends)")
        }

        @Test("a stamp that came too late leaves the output as it was") func output() throws {
            let frame = try TestFrame.ready()
            try frame.inject(TestCredential(), seconds: 1)
            var text = Array("before".utf8)
            let payload = Array("{}".utf8)
            let (now, late) = (frame.now, frame.now.adding(seconds: 5))
            #expect(throws: FrameError.sessionExpired(.default)) {
                try frame.frame.stamp(
                    payload.span,
                    session: .default,
                    expecting: nil,
                    at: now,
                    clock: { late },
                    to: &text
                )
            }
            #expect(text == Array("before".utf8))
        }

        @Test("the next change is the earliest of all that is to come") func nextChange() throws {
            let frame = TestFrame()
            func next() -> Int64 { frame.frame.nextChange.nanoseconds }
            func at(_ seconds: Int64) -> Int64 { frame.now.adding(seconds: seconds).nanoseconds }
            #expect(next() == .max)
            try frame.initEmbeddedKey(seconds: 5_000)
            #expect(next() == at(5_000))
            try frame.inject(TestCredential(), as: "a", seconds: 1_000)
            #expect(next() == at(940))
            _ = try frame.frame.createSessionKey(for: "b", at: frame.now)
            #expect(next() == at(600))
            try frame.inject(TestCredential(), as: "c", seconds: 59)
            #expect(next() == at(59))
            try frame.frame.endSession("c", at: frame.now)
            #expect(next() == at(600))
            frame.frame.reset(at: frame.now)
            #expect(next() == .max)
        }

        @Test("time that jumps ends all that is past at once") func jump() throws {
            let frame = try TestFrame.ready()
            for name: SessionName in ["a", "b", "c"] { try frame.inject(TestCredential(), as: name) }
            _ = try frame.frame.createSessionKey(for: "d", at: frame.now)
            frame.now = .never
            frame.frame.advance(to: .never)
            let state = frame.snapshot()
            #expect(state.sessions.isEmpty && state.pendingKeys.isEmpty && state.embeddedPublicKey == nil)
            #expect(state.rememberedDeadlines.isEmpty)
            #expect(state.nextChange == .never)
        }
    }
}
