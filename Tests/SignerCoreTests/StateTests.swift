// SPDX-License-Identifier: Apache-2.0
import Crypto
import Testing

@testable import SignerCore

extension SignerCoreTests {
    @Suite("A frame's state brings the frame back as it was, or not at all") struct StateTests {
        @Test(
            "800 random changes, in 4 lives: written and read it is the same, and no change goes unseen",
            arguments: 0..<4
        )
        func roundTrip(_ life: Int) throws {
            var generator = SeededGenerator(for: "StateTests.roundTrip(\(life))")
            var frame = TestFrame()
            let credentials = (0..<4).map { _ in TestCredential() }
            var text = frame.stateText
            var revision = frame.frame.revision
            for step in 0..<200 {
                try change(frame, credentials, &generator)
                let comment: Comment = "step \(step) of STAMPD_TEST_SEED=\(generator.seed)"
                #expect(frame.stateText == text || frame.frame.revision != revision, comment)
                let next = try TestFrame.restored(from: frame.state(), at: frame.now)
                #expect(next.stateText == frame.stateText, comment)
                frame = next
                (text, revision) = (frame.stateText, frame.frame.revision)
            }
        }

        private func change(
            _ frame: TestFrame,
            _ credentials: [TestCredential],
            _ generator: inout SeededGenerator
        ) throws {
            let names: [SessionName] = ["a", "b", "c"]
            let name = names[Int.random(in: 0..<3, using: &generator)]
            let seconds = Int64.random(in: 1...200, using: &generator)
            switch Int.random(in: 0..<12, using: &generator) {
            case 0: try frame.initEmbeddedKey(seconds: seconds * 5)
            case 1, 2, 3:
                let credential = credentials[Int.random(in: 0..<4, using: &generator)]
                _ = try? frame.inject(credential, as: name, seconds: seconds)
            case 4: _ = try? frame.frame.createSessionKey(for: name, at: frame.now)
            case 5:
                guard let key = frame.frame.pendingKeys.keys.randomElement(using: &generator) else { return }
                let request = SessionRequest(expirationSeconds: seconds)
                _ = try? frame.frame.activateSession(key, as: request, at: frame.now)
            case 6: _ = try? frame.frame.endSession(name, at: frame.now)
            case 7, 8: frame.advance(seconds: seconds)
            case 9:
                frame.frame.reportRejected(credentials[0].publicKey, session: nil, at: frame.now)
            case 10: seconds < 20 ? frame.frame.reset(at: frame.now) : frame.frame.lock(at: frame.now)
            default: frame.frame.unlock(at: frame.now)
            }
        }

        @Test("a frame that was brought back stamps, opens bundles and refuses replays as before")
        func goesOn() throws {
            let before = try TestFrame.ready()
            let (first, second) = (TestCredential(), TestCredential())
            let bundle = try second.sealed(to: before.embeddedPublicKey()).base58Check
            try before.inject(first, seconds: 100)
            before.advance(seconds: 30)
            let after = try TestFrame.restored(from: before.state(), at: before.now.adding(seconds: 20))
            #expect(try after.stamper() == first.publicKey.description)
            let again = try after.inject(first, as: "again", seconds: 900)
            #expect(again.deadline == before.now.adding(seconds: 70))
            try after.inject(bundle, as: "second")
            #expect(try after.stamper(as: "second") == second.publicKey.description)
            after.advance(seconds: 50)
            #expect(throws: FrameError.sessionExpired(.default)) { try after.stamp() }
            #expect(throws: FrameError.sessionExpired("new")) { try after.inject(first, as: "new") }
        }

        @Test("what ended while nobody ran is ended, and told")
        func endedMeanwhile() throws {
            let before = try TestFrame.ready()
            let credential = TestCredential()
            try before.inject(credential, seconds: 100)
            let after = try TestFrame.restored(from: before.state(), at: before.now.adding(seconds: 100))
            after.frame.advance(to: after.now)
            #expect(after.takeEvents() == [.sessionExpired(.default, credential.publicKey)])
            #expect(after.frame.sessions.isEmpty)
        }

        @Test("sessions beyond limits that were lowered meanwhile live on to their deadline") func lowered() throws {
            let before = try TestFrame.full()
            var limits = FrameLimits()
            limits.maximumSessions = 1
            limits.maximumExpirationSeconds = 1
            let after = try TestFrame.restored(from: before.state(), limits: limits, at: before.now)
            #expect(after.stateText == before.stateText)
            after.frame.unlock(at: after.now)
            #expect(throws: FrameError.tooManySessions(limit: 1, retryAfterMilliseconds: 600_001)) {
                try after.inject(TestCredential(), as: "new", seconds: 1)
            }
        }

        @Test("only a frame that holds nothing is blank") func blank() throws {
            #expect(TestFrame().isBlank)
            let changes: [(TestFrame) throws -> Void] = [
                { try $0.initEmbeddedKey() },
                { _ = try $0.frame.createSessionKey(for: "a", at: $0.now) },
                { _ = try $0.makeCard("a") },
                { $0.frame.answeredCard = try SHA256Digest(of: [1].span) },
                { $0.frame.lock(at: $0.now) },
                { $0.frame.expiredNames = ["a"] },
                { $0.frame.rememberedDeadlines = [TestCredential().publicKey: $0.now] },
            ]
            for change in changes {
                let frame = TestFrame()
                try change(frame)
                #expect(!frame.isBlank)
                frame.frame.reset(at: frame.now)
                frame.frame.unlock(at: frame.now)
                #expect(frame.isBlank)
            }
        }

        @Test("the longest state there is fits in its place and comes back") func longest() throws {
            let frame = try TestFrame.ready()
            for index in 0..<64 {
                let name = SessionName(stringLiteral: String(repeating: "n", count: 62) + "\(10 + index)")
                let key = try frame.frame.createSessionKey(for: name, at: frame.now)
                _ = try frame.frame.activateSession(key, as: SessionRequest(), at: frame.now)
            }
            for index in 0..<64 {
                _ = try frame.frame.createSessionKey(for: SessionName(stringLiteral: "p\(index)"), at: frame.now)
            }
            for index in 0..<4096 {
                let hex = "02" + String(repeating: "0", count: 60) + String(index + 0x1000, radix: 16)
                guard let key = PublicKey(hex: Array(hex.utf8).span) else { throw NotHex(text: hex) }
                frame.frame.rememberedDeadlines[key] = frame.now
            }
            for index in 0..<256 {
                frame.frame.expiredNames.append(SessionName(stringLiteral: "e\(index)"))
            }
            _ = try frame.makeCard("c")
            frame.frame.answeredCard = try SHA256Digest(of: [1].span)
            for session in frame.frame.sessions { frame.frame.approvers[session.publicKey] = frame.frame.answeredCard }
            let state = try frame.state()
            #expect(state.count == StateHeader.Counts.maximum.byteCount && state.count <= StateSlots.slotByteCount)
            // Memory of former versions is taken over by its size.
            #expect(StateSlots.slotByteCount == 221_184)
            #expect(try TestFrame.restored(from: state, at: frame.now).stateText == frame.stateText)
            frame.frame.expiredNames.append("one-more")
            #expect(throws: StateError.count) { try frame.state() }
        }

        @Test("where there is too little room, nothing is written") func room() throws {
            let frame = try TestFrame.full()
            let count = try frame.state().count
            let memory = try StateMemory(byteCount: 4096)
            #expect(throws: StateError.length) {
                _ = try frame.frame.writeState(
                    to: .init(rebasing: memory.bytes[..<(count - 1)]),
                    generation: 1,
                    bootId: .of("b"),
                    at: frame.now
                )
            }
            #expect(memory.bytes.allSatisfy { $0 == 0 })
        }
    }
}
