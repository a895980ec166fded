// SPDX-License-Identifier: Apache-2.0
import Foundation
import Synchronization
import Testing

@testable import Fleet

@Suite("a frame's next card")
struct NextCardTests {
    @Test("is approved also where an old card of the frame is listed beside it, and each has its own outcome")
    func besideOldCard() async throws {
        let stage = try await Stage(hosts: 1, users: 1)
        let old = try await stage.ask(frame: "f-1", host: "web-1", notAfter: "2026-11-29T12:00:00Z")
        let listed = try await stage.applicants()
        let new = try await stage.ask(frame: "f-1", host: "web-1")
        let run = try await stage.finish(stage.plan(listed + (try await stage.applicants())))
        #expect(run.outcomes == [old.hash: .refused(.expired), new.hash: .published])
        #expect(stage.carrier.parcel(of: "f-1")?.parcel.card == new.hash)
    }

    /// A fleet whose frames were approved for an hour at 12:00, and ask with their next cards.
    private func withNextCards(
        started: [Int],
        hosts: Int = 2
    ) async throws -> (stage: Stage, first: [FrameID: CardHash]) {
        let stage = try await Stage(hosts: hosts, users: 2)
        let cards = try await stage.applicants().compactMap { one in one.envelope.map { (one.frame, $0.hash) } }
        _ = try await stage.run(stage.plan(try await stage.applicants()))
        for index in started { try await stage.report(.started, of: FrameID(stringLiteral: "f-\(index)")) }
        for index in 1...hosts { try await stage.ask(frame: "f-\(index)", host: "web-\(index)") }
        return (stage, Dictionary(cards) { $1 })
    }

    @Test(
        "is not approved while the session of the one before has more than half of its time left, unless it is renewed"
    )
    func living() async throws {
        let (stage, _) = try await withNextCards(started: [1, 2])
        let applicants = try await stage.applicants()
        let revision = stage.carrier.state.withLock(\.revision)
        for _ in 1...2 {
            let plan = stage.plan(applicants)
            #expect(
                plan.rows.map(\.step) == [
                    .answeredBefore(.started(secondsLeft: 3_600)), .answeredBefore(.started(secondsLeft: 3_600)),
                ]
            )
            let outcomes = try await stage.run(plan)
            #expect(outcomes == ["f-1": .answered, "f-2": .answered])
        }
        #expect(stage.api.keys.count == 2)
        #expect(stage.carrier.state.withLock(\.revision) == revision)
        let half = stage.plan(applicants, at: "2026-11-29T12:29:59Z")
        #expect(half.rows.map(\.step).first == .answeredBefore(.started(secondsLeft: 1_801)))
        #expect(stage.plan(applicants, at: "2026-11-29T12:30:00Z").rows.map(\.step) == [.approve, .approve])
        let renewing = stage.plan(applicants, isRenewing: true)
        #expect(renewing.rows.map(\.step) == [.approve, .approve])
        #expect(try await stage.run(renewing).values.allSatisfy { $0 == .published })
        #expect(stage.api.keys.count == 4)
    }

    @Test("waits for the receipt of the one before, which settles it; a refusal has the next card approved")
    func awaited() async throws {
        let (stage, first) = try await withNextCards(started: [])
        let cards = try (#require(first["f-1"]), #require(first["f-2"]))
        let plan = stage.plan(try await stage.applicants())
        #expect(
            plan.rows.map(\.step) == [
                .answeredBefore(.awaited(card: cards.0)), .answeredBefore(.awaited(card: cards.1)),
            ]
        )
        var run = try await stage.finish(plan)
        #expect(run.outcomes.values.allSatisfy { $0 == .published } && run.outcomes.count == 2)
        #expect(stage.api.keys.count == 2)
        #expect(run.receiptWatch.count == 2)
        try await stage.report(.started, of: "f-1", about: cards.0)
        try await stage.report(.refused(reason: "otherCard"), of: "f-2", about: cards.1)
        let receipts = await run.receiptWatch.wait(for: .seconds(300), on: stage.carrier)
        #expect(receipts.mapValues(\.receipt.outcome) == [cards.0: .started, cards.1: .refused(reason: "otherCard")])
        try run.settle(CarriedReceipts(Array(receipts.values)))
        #expect(stage.ledger.ledger.withLock { $0[cards.0]?.state } == .started)
        let next = stage.plan(try await stage.applicants())
        #expect(next.rows.map(\.step) == [.answeredBefore(.started(secondsLeft: 3_600)), .approve])
    }

    @Test("is approved where the one before has ended, and no receipt says that its answer came in time")
    func lost() async throws {
        let stage = try await Stage(hosts: 1, users: 1)
        try await stage.ask(frame: "f-1", host: "web-1", notAfter: "2026-11-29T12:10:00Z")
        _ = try await stage.run(stage.plan(try await stage.applicants()))
        try await stage.ask(frame: "f-1", host: "web-1")
        let applicants = try await stage.applicants()
        guard case .answeredBefore(.awaited) = stage.plan(applicants).rows.first?.step else {
            Issue.record("it is not waited for")
            return
        }
        #expect(stage.plan(applicants, at: "2026-11-29T12:10:00Z").rows.map(\.step) == [.approve])
    }

    @Test("is not approved after another approver's answer either, for half of the time that the frame asks for")
    func startedByOther() async throws {
        let (stage, _) = try await withNextCards(started: [1])
        let other = MemoryLedger(Stage.fleet)
        let applicants = try await stage.applicants()
        let plan = stage.plan(applicants, ledger: other)
        #expect(plan.rows.map(\.step) == [.answeredBefore(.startedByOther), .approve])
        #expect(try await stage.run(plan, ledger: other) == ["f-1": .answered, "f-2": .published])
        #expect(stage.api.keys.count == 3)
        #expect(stage.plan(applicants, ledger: MemoryLedger(Stage.fleet), isRenewing: true).rows[0].step == .approve)
        let late = try await Stage(hosts: 1, users: 1)
        try await late.report(.started, of: "f-1", about: CardHash(of: [1]), at: "2026-11-29T10:00:00Z")
        #expect(late.plan(try await late.applicants()).rows.map(\.step) == [.approve])
    }

    @Test("is approved after a revocation, and a courier's receipt about another frame's card decides nothing")
    func revoked() async throws {
        let (stage, first) = try await withNextCards(started: [1])
        stage.ledger.ledger.withLock { ledger in
            for var approval in ledger.approvals {
                approval.state = .revoked
                if let card = CardHash(approval.card) { ledger[card] = approval }
            }
        }
        #expect(stage.plan(try await stage.applicants()).rows.map(\.step) == [.approve, .approve])
        let liar = try await Stage(hosts: 2, users: 1)
        let card = try #require(first["f-1"])
        try await liar.report(.started, of: "f-2", about: card)
        #expect(liar.plan(try await liar.applicants()).rows.first?.step == .approve)
    }
}
