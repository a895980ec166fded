// SPDX-License-Identifier: Apache-2.0
import Crypto
import Testing

@testable import SignerCore

extension TestFrame {
    /// Makes a card whose text is its key, and whose end by the wall clock is `wall` + `seconds`.
    @discardableResult
    func makeCard(_ session: SessionName, seconds: Int64 = 3600, wall: Int64 = 1_800_000_000) throws -> Card {
        try frame.makeCard(
            for: session,
            seconds: seconds,
            nonce: (0..<16).map { UInt8($0) },
            notAfter: wall + seconds,
            at: now
        ) { key throws(SignerCore.CryptoError) in try SHA256Digest(of: key.hex.span) }
    }

    var isDispensable: Bool { frame.isDispensable }

    /// Lets the waiting card's session begin.
    @discardableResult
    func startApproved(seconds: Int64 = 600, approver: UInt8 = 1) throws -> Session {
        try #require(try answer(seconds: seconds, approver: approver) { _ in true })
    }

    /// Answers the waiting card; its session starts if `isRecorded` returns true.
    func answer(
        seconds: Int64 = 600,
        approver: UInt8 = 1,
        ifRecorded isRecorded: (PublicKey) -> Bool
    ) throws -> Session? {
        guard let claim = Claim(Array("an organization".utf8).span) else { throw NotHex(text: "") }
        let approved = ApprovedSession(
            organizationId: claim,
            userId: claim,
            deadline: now.adding(seconds: seconds),
            approver: try SHA256Digest(of: [approver].span)
        )
        return try frame.startApproved(approved, at: now, ifRecorded: isRecorded)
    }

    /// As `full`, with a session that an approver let begin, a card that waits, and one that was answered.
    static func fullOfCards() throws -> TestFrame {
        let frame = try full()
        frame.frame.unlock(at: frame.now)
        try frame.makeCard("approved")
        try frame.startApproved()
        try frame.makeCard("next")
        _ = frame.takeEvents()
        return frame
    }
}

extension SignerCoreTests {
    @Suite("Cards of a frame") struct CardTests {
        private static let wall: Int64 = 1_800_000_000

        @Test("a card waits until it is answered, and its key stamps nothing before") func life() throws {
            let frame = TestFrame()
            #expect(frame.frame.card(at: frame.now, wallSeconds: Self.wall) == nil)
            let card = try frame.makeCard("web")
            #expect(frame.frame.card(at: frame.now, wallSeconds: Self.wall)?.digest == card.digest)
            #expect(throws: FrameError.noSession("web")) { try frame.stamp(as: "web") }
            #expect(frame.frame.dropSessionKey(card.publicKey, at: frame.now) == nil)
            #expect(throws: FrameError.unknownSessionKey(card.publicKey)) {
                try frame.frame.activateSession(card.publicKey, as: SessionRequest(), at: frame.now)
            }
            let session = try frame.startApproved(seconds: 600)
            #expect(session.publicKey == card.publicKey && session.name == "web" && session.origin == .generated)
            #expect(session.deadline == frame.now.adding(seconds: 600))
            #expect(try frame.stamper(as: "web") == card.publicKey.description)
            #expect(frame.frame.card(at: frame.now, wallSeconds: Self.wall) == nil)
            #expect(frame.frame.answeredCard == card.digest)
            #expect(throws: FrameError.noCard) { try frame.startApproved() }
        }

        @Test("no session starts without its record: the card waits on, and what forbids the session is asked first")
        func recorded() throws {
            let frame = try TestFrame.ready()
            let card = try frame.makeCard("web")
            _ = frame.takeEvents()
            var asked: [PublicKey] = []
            func isRecorded(_ key: PublicKey) -> Bool {
                asked.append(key)
                return false
            }
            #expect(throws: FrameError.invalidExpiration) { try frame.answer(seconds: 0, ifRecorded: isRecorded) }
            #expect(asked.isEmpty)
            #expect(try frame.answer(ifRecorded: isRecorded) == nil)
            #expect(asked == [card.publicKey])
            #expect(frame.takeEvents().isEmpty && frame.frame.sessions.isEmpty && frame.frame.answeredCard == nil)
            #expect(frame.frame.card(at: frame.now, wallSeconds: Self.wall)?.digest == card.digest)
            #expect(try frame.startApproved().publicKey == card.publicKey)
        }

        @Test("a card is gone at its end by either clock, at a reset, and when another is made; a lock changes nothing")
        func ends() throws {
            let frame = TestFrame()
            let first = try frame.makeCard("web", seconds: 100)
            frame.frame.lock(at: frame.now)
            #expect(throws: FrameError.locked) { try frame.startApproved() }
            let card = { (wall: Int64) in frame.frame.card(at: frame.now, wallSeconds: wall)?.digest }
            #expect(card(Self.wall + 99) == first.digest)
            #expect(card(Self.wall + 100) == nil && card(Self.wall) == nil)
            let second = try frame.makeCard("web", seconds: 100)
            frame.advance(seconds: 99)
            #expect(card(Self.wall) == second.digest)
            frame.advance(seconds: 1)
            #expect(card(Self.wall) == nil)
            let third = try frame.makeCard("web")
            let fourth = try frame.makeCard("web")
            #expect(third.digest != fourth.digest && card(Self.wall) == fourth.digest)
            frame.frame.unlock(at: frame.now)
            frame.frame.reset(at: frame.now)
            #expect(card(Self.wall) == nil)
            #expect(throws: FrameError.noCard) { try frame.startApproved() }
        }

        @Test(
            "its key is counted apart: a frame full of keys that wait makes a card, and a card takes none of their places"
        )
        func counted() throws {
            var limits = FrameLimits()
            (limits.maximumPendingKeys, limits.maximumSessions) = (1, 1)
            let frame = TestFrame(limits: limits)
            try frame.makeCard("web")
            _ = try frame.frame.createSessionKey(for: "web", at: frame.now)
            try frame.makeCard("web")
            #expect(frame.frame.pendingKeys.count == 1)
            try frame.startApproved()
            let card = try frame.makeCard("other")
            #expect(throws: FrameError.tooManySessions(limit: 1, retryAfterMilliseconds: 600_001)) {
                try frame.startApproved()
            }
            // It waits on: the place may become free.
            #expect(frame.frame.card(at: frame.now, wallSeconds: Self.wall)?.digest == card.digest)
            // Its own name needs no further place.
            try frame.makeCard("web")
            try frame.startApproved()
            #expect(frame.frame.sessions.map(\.name) == ["web"])
        }

        @Test("a deadline is the frame's maximum where that is earlier; one that has passed lets nothing begin")
        func deadlines() throws {
            var limits = FrameLimits()
            limits.maximumExpirationSeconds = 50
            let frame = TestFrame(limits: limits)
            try frame.makeCard("web")
            #expect(throws: FrameError.invalidExpiration) { try frame.startApproved(seconds: 0) }
            #expect(throws: FrameError.invalidExpiration) { try frame.startApproved(seconds: -1) }
            #expect(try frame.startApproved(seconds: 600).deadline == frame.now.adding(seconds: 50))
        }

        @Test("sessions end by who let them begin, and no others") func revocation() throws {
            let frame = try TestFrame.ready()
            for (name, approver) in [("a", 1), ("b", 2), ("c", 1)] as [(SessionName, UInt8)] {
                try frame.makeCard(name)
                try frame.startApproved(approver: approver)
            }
            try frame.inject(TestCredential(), as: "d")
            _ = frame.takeEvents()
            let second = try SHA256Digest(of: [2].span)
            let ended = frame.frame.endApproved(at: frame.now) { _, approver in approver == second }
            #expect(ended.map(\.0.name) == ["a", "c"] && frame.frame.sessions.map(\.name) == ["b", "d"])
            #expect(frame.frame.approvers.count == 1 && frame.takeEvents().count == 2)
            #expect(frame.frame.endApproved(at: frame.now) { _, _ in true }.isEmpty)
            frame.advance(seconds: 600)
            frame.frame.advance(to: frame.now)
            #expect(frame.frame.approvers.isEmpty)
        }

        @Test("a frame with a card that waits is missed") func dispensable() throws {
            let frame = TestFrame()
            #expect(frame.isDispensable)
            try frame.makeCard("web")
            #expect(!frame.isDispensable)
            frame.frame.dropCard()
            #expect(frame.isDispensable && frame.isBlank)
        }
    }

    @Suite("Cards in a frame's state") struct StateCardTests {
        @Test("card, answer and approvers come back; without them the state is as former versions write it")
        func roundTrip() throws {
            let frame = try TestFrame.fullOfCards()
            let state = try frame.state()
            #expect(state[8] == 2)
            let after = try TestFrame.restored(from: state, at: frame.now)
            #expect(after.stateText == frame.stateText)
            #expect(after.stateText.contains { $0.hasPrefix("card next") })
            #expect(after.stateText.contains { $0.hasPrefix("answered") })
            #expect(after.stateText.contains { $0.hasPrefix("approver") })
            #expect(try TestFrame.full().state()[8] == 1)
            try after.startApproved()
            #expect(after.frame.sessions.contains { $0.name == "next" })
            after.frame.reset(at: after.now)
            after.frame.lock(at: after.now)
            #expect(try after.state()[8] == 1)
        }

        @Test("each byte changed, at any of its bits, or cut at any length, is refused whole") func changed() throws {
            let frame = try TestFrame.fullOfCards()
            let state = try frame.state()
            for index in state.indices {
                var changed = state
                changed[index] ^= 1 << UInt8(index % 8)
                #expect(throws: StateError.self, "byte \(index)") {
                    try TestFrame.restored(from: changed, at: frame.now)
                }
                #expect(throws: StateError.self, "\(index) bytes") {
                    try TestFrame.restored(from: Array(state[..<index]), at: frame.now)
                }
            }
        }

        /// Where the cards lie, counted from the state's end.
        private enum Place {
            static let answered = 32 + 32
            static let card = answered + StateHeader.Counts.cardByteCount
            static let approvers = card + StateHeader.Counts.approverByteCount
        }

        private static let forgeries: [StateRefusalTests.Forgery] = [
            .init("an approver of a session that is not there", .reference) { $0[$0.count - Place.approvers] = 200 },
            .init("an approver of a session by bundle", .reference) { $0[$0.count - Place.approvers] = 0 },
            .init("65 approvers", .count) { $0[60] = 65 },
            .init("no card of two", .field) { $0[62] = 2 },
            .init("two answers", .field) { $0[63] = 2 },
            .init("version 1 with cards", .length) { $0[8] = 1 },
            .init("a card's name that is none", .name) { $0[$0.count - Place.card] = 0x41 },
            .init("a card's key that is not there", .reference) { $0[$0.count - Place.card + 64] = 99 },
            .init("a card's key that is a session's too", .duplicate) { $0[$0.count - Place.card + 64] = 0 },
            .init("a card without an end", .deadline) { state in
                for index in 0..<8 { state[state.count - Place.card + 81 + index] = 0 }
            },
            .init("a card that ends behind the year 9999", .deadline) { $0[$0.count - Place.card + 87] = 1 },
            .init("a card that waits for more than a day", .deadline) { $0[$0.count - Place.card + 95] &+= 1 },
        ]

        @Test("forged under a right checksum", arguments: forgeries)
        func forged(_ forgery: StateRefusalTests.Forgery) throws {
            let frame = try TestFrame.fullOfCards()
            forgery.requireRefusal(of: try frame.state(), at: frame.now)
        }

        @Test("a version that says of cards and has none is refused") func empty() throws {
            let frame = try TestFrame.full()
            var state = try frame.state()
            state.insert(contentsOf: [0, 0, 0, 0], at: StateHeader.byteCount)
            state[8] = 2
            (state[12], state[13]) = (UInt8(state.count % 256), UInt8(state.count / 256))
            state = state.dropLast(32) + Array(SHA256.hash(data: state.dropLast(32)))
            #expect(throws: StateError.field) { try TestFrame.restored(from: state, at: frame.now) }
        }
    }
}
