// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import SignerCore

extension SignerCoreTests {
    @Suite("To hostile input a frame answers as the recorded cases say") struct RecordedCaseTests {
        /// Their input is no string or no Unicode: the daemon's reader of parameters answers, and they are tested there.
        static let onTheWire: Set = [
            "inject-number", "inject-true", "inject-object", "inject-absent", "inject-array-of-characters",
            "stamp-null",
            "stamp-object", "stamp-lone-surrogate-low", "stamp-lone-surrogate-reversed-pair",
        ]

        static func here() throws -> [RecordedCase] {
            try RecordedCase.all.get().filter { !onTheWire.contains($0.id) }
        }

        @Test("all 130 cases are either tried here or, where the input is no text, on the wire") func count() throws {
            let all = try RecordedCase.all.get()
            let notText = all.filter { recorded in
                switch recorded.call.input {
                case .notText: true
                case .none: recorded.op == "stamp" || recorded.op == "inject"
                case .text, .calls, .expiration: false
                }
            }
            #expect(all.count == 130)
            #expect(Set(all.map(\.id)).count == 130)
            #expect(Set(notText.map(\.id)) == Self.onTheWire)
            print("iframe-errors.json: \(try Self.here().count) cases here, \(notText.count) on the wire")
        }

        @Test("verdict, reason, and whose credential stamps afterwards", arguments: try here())
        func verdict(_ recorded: RecordedCase) throws {
            let player = try RecordedCasePlayer(recorded)
            for call in recorded.setup { _ = try player.play(call) }
            let before = player.frame.snapshot()
            let answers = try player.playCallUnderTest()
            let rejected = answers.first { $0.verdict == "reject" }
            let verdict = rejected ?? RecordedCase.Verdict(verdict: "accept", reason: nil)
            #expect(verdict.verdict == recorded.verdict)
            #expect(([recorded.reason] + (recorded.reasonAlso ?? [])).contains(verdict.reason), "\(verdict)")
            if let calls = recorded.calls { #expect(answers == calls) }
            if answers.count == 1, rejected != nil { #expect(player.frame.snapshot() == before) }
            let expected: [String: String?] = [
                "previous": recorded.previousPublicKeyHex, "injected": recorded.injectedPublicKeyHex, "none": nil,
            ]
            let then = try #require(expected[recorded.then])
            #expect(try player.frame.stamper() == then)
            if let seconds = recorded.expectLifeSeconds { try player.expectEmbeddedKeyLives(seconds: seconds) }
        }
    }
}

/// Makes a recorded case's calls to a frame.
private struct RecordedCasePlayer {
    struct UnknownCall: Error { let op: String }

    let recorded: RecordedCase
    let frame: TestFrame
    /// Less than a session lives, so that the embedded key's end can be waited for.
    private static let embeddedKeySeconds: Int64 = 100

    init(_ recorded: RecordedCase) throws {
        self.recorded = recorded
        if let scalar = recorded.embeddedPrivateKeyHex {
            frame = try TestFrame.with(embeddedScalar: [UInt8](hex: scalar), seconds: Self.embeddedKeySeconds)
        } else {
            frame = TestFrame()
            try frame.initEmbeddedKey(seconds: Self.embeddedKeySeconds)
        }
    }

    func playCallUnderTest() throws -> [RecordedCase.Verdict] {
        guard recorded.op == "together" else { return [try play(recorded.call)] }
        guard case .calls(let calls) = recorded.call.input else { throw UnknownCall(op: "together without calls") }
        return try calls.map(play)
    }

    func play(_ call: RecordedCase.Call) throws -> RecordedCase.Verdict {
        do {
            try perform(call)
            return .init(verdict: "accept", reason: nil)
        } catch let error as FrameError {
            return .init(verdict: "reject", reason: Self.reason(error))
        }
    }

    private func perform(_ call: RecordedCase.Call) throws {
        switch (call.op, call.input) {
        case ("inject", .text(let bundle)): try frame.inject(bundle)
        case ("stamp", .text(let payload)):
            #expect(try StampText(frame.stamp(Array(payload.utf8))).isValid(for: Array(payload.utf8)))
        case ("publicKey", .none):
            let scalar = try [UInt8](hex: #require(recorded.embeddedPrivateKeyHex))
            let expected = try TestFrame.makeKey(scalar).uncompressedPublicKey
            #expect(try frame.embeddedPublicKey() == expected)
        case ("init", .none):
            let before = try? frame.embeddedPublicKey()
            let key = try frame.initEmbeddedKey().publicKey
            #expect(before == nil || key == before)
        case ("init", .expiration(let seconds)): try frame.initEmbeddedKey(seconds: seconds)
        case ("reset", .none): frame.frame.reset(at: frame.now)
        case ("expireEmbeddedKey", .none): frame.advance(seconds: Self.embeddedKeySeconds)
        default: throw UnknownCall(op: call.op)
        }
    }

    private static func reason(_ error: FrameError) -> String {
        switch error {
        case .invalidBundle(let reason): reason.rawValue
        case .noEmbeddedKey, .noSession, .sessionExpired: "state"
        default: "\(error)"
        }
    }

    func expectEmbeddedKeyLives(seconds: Int64) throws {
        frame.advance(seconds: seconds, nanoseconds: -1)
        #expect(frame.hasEmbeddedKey)
        frame.advance(seconds: 0, nanoseconds: 1)
        #expect(!frame.hasEmbeddedKey)
    }
}
