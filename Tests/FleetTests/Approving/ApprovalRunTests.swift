// SPDX-License-Identifier: Apache-2.0
import Foundation
import Synchronization
import Testing
import TurnkeyClient

@testable import Fleet

@Suite("an approval")
struct ApprovalRunTests {
    @Test("every host that was shown has its key registered, five a user, and its parcel published")
    func whole() async throws {
        let stage = try await Stage(hosts: 12, users: 3)
        let outcomes = try await stage.run(stage.plan(try await stage.applicants()))
        #expect(outcomes.count == 12)
        #expect(outcomes.values.allSatisfy { $0 == .published })
        let users = stage.api.state.withLock(\.users)
        #expect(users.map(\.keys.count).sorted() == [2, 5, 5])
        for applicant in try await stage.applicants() {
            let card = try #require(applicant.card)
            let envelope = try #require(stage.carrier.parcel(of: applicant.frame))
            #expect(envelope.parcel.card == applicant.envelope?.hash)
            #expect(envelope.parcel.publicKey == card.publicKey)
            #expect(envelope.parcel.session == card.session)
            #expect(envelope.parcel.organizationId == "org-1")
            #expect(envelope.parcel.notAfter.description == "2026-11-29T13:00:00Z")
            let owner = users.first { $0.keys.contains { $0.publicKey == card.publicKey.description } }
            #expect(envelope.parcel.userId == owner?.id)
        }
        let ledger = stage.ledger.ledger.withLock(\.self)
        #expect(ledger.approvals.allSatisfy { $0.state == .published && $0.envelope != nil && $0.apiKeyId != nil })
        #expect(ledger.pins.count == 12)
    }

    @Test("doing it again, when receipts say that all have started, does nothing")
    func again() async throws {
        let stage = try await Stage(hosts: 3, users: 1)
        _ = try await stage.run(stage.plan(try await stage.applicants()))
        for frame in ["f-1", "f-2", "f-3"] as [FrameID] { try await stage.report(.started, of: frame) }
        let plan = stage.plan(try await stage.applicants())
        #expect(plan.rows.map(\.step) == [.answered, .answered, .answered])
        let before = stage.carrier.state.withLock(\.revision)
        let outcomes = try await stage.run(plan)
        #expect(outcomes.values.allSatisfy { $0 == .answered })
        #expect(stage.carrier.state.withLock(\.revision) == before)
        #expect(stage.api.keys.count == 3)
    }

    @Test(
        "after an end at any step, before it takes effect or behind, the same command does what is left",
        arguments: [false, true]
    )
    func killed(behind: Bool) async throws {
        var step = 1
        while true {
            let stage = try await Stage(hosts: 7, users: 2)
            let killing = Killing(at: step, behind: behind)
            _ = try? await stage.run(stage.plan(try await stage.applicants()), killing: killing)
            guard killing.hasStruck else { break }
            let outcomes = try await stage.run(stage.plan(try await stage.applicants()))
            let name = "step \(step), \(behind ? "behind" : "before") its effect"
            #expect(outcomes.count == 7, "\(name)")
            #expect(outcomes.values.allSatisfy { $0.isDone }, "\(name): \(outcomes)")
            let keys = stage.api.keys
            #expect(keys.count == 7, "\(name)")
            #expect(Set(keys.map(\.publicKey)).count == 7, "\(name)")
            for applicant in try await stage.applicants() {
                let parcel = stage.carrier.parcel(of: applicant.frame)?.parcel
                #expect(parcel?.publicKey == applicant.card?.publicKey, "\(name)")
                let owner = stage.api.state.withLock(\.users).first { user in
                    user.keys.contains { $0.publicKey == applicant.card?.publicKey.description }
                }
                #expect(parcel?.userId == owner?.id, "\(name)")
            }
            let ledger = stage.ledger.ledger.withLock(\.self)
            #expect(ledger.approvals.count == 7 && ledger.approvals.allSatisfy { $0.state == .published }, "\(name)")
            step += 1
        }
        // The users, the choice, two registrations, what came of them, the signature, it again, seven parcels, the end.
        #expect(step > 14)
    }

    @Test("a card that the carrier changes after it was shown is not answered")
    func changedCard() async throws {
        let stage = try await Stage(hosts: 3, users: 1)
        let applicants = try await stage.applicants()
        let plan = stage.plan(applicants)
        try await stage.ask(frame: "f-2", host: "web-2")
        let outcomes = try await stage.run(plan)
        #expect(outcomes[FrameID("f-2")] == .overtaken)
        #expect(stage.carrier.parcel(of: FrameID("f-2")) == nil)
        #expect(outcomes.values.count { $0 == .published } == 2)
    }

    @Test("of two approvers at once, each frame has one parcel, for its key, which is registered")
    func twoApprovers() async throws {
        let stage = try await Stage(hosts: 8, users: 2)
        let other = MemoryLedger(Stage.fleet)
        let plans = (stage.plan(try await stage.applicants()), stage.plan(try await stage.applicants(), ledger: other))
        async let first = stage.run(plans.0)
        async let second = stage.run(plans.1, ledger: other)
        let outcomes = try await (first, second)
        // Where both look before either registers, both register the key.
        #expect(Set(stage.api.keys.map(\.publicKey)).count == 8)
        for applicant in try await stage.applicants() {
            #expect(stage.carrier.parcel(of: applicant.frame)?.parcel.publicKey == applicant.card?.publicKey)
            let results = [outcomes.0, outcomes.1].compactMap { $0[applicant.frame] }
            #expect(results.contains(.published), "\(results)")
            #expect(results.allSatisfy { [.published, .overtaken].contains($0) }, "\(results)")
        }
    }

    @Test("a host that asks as another frame is refused and told, until it is pinned anew")
    func changedFrame() async throws {
        let stage = try await Stage(hosts: 2, users: 2)
        _ = try await stage.run(stage.plan(try await stage.applicants()))
        stage.carrier.remove(FrameID("f-1"))
        try await stage.ask(frame: "f-9", host: "web-1")
        let plan = stage.plan(try await stage.applicants())
        #expect(
            plan.rows.first { $0.applicant.frame.description == "f-9" }?.step
                == .refused(.changedFrame(pinned: ["f-1"]))
        )
        let outcomes = try await stage.run(plan)
        #expect(outcomes[FrameID("f-9")] == .refused(.changedFrame(pinned: ["f-1"])))
        #expect(stage.carrier.parcel(of: FrameID("f-9")) == nil)
        let repinned = stage.plan(try await stage.applicants(), isRepinning: true)
        let after = try await stage.run(repinned, isRepinning: true)
        #expect(after[FrameID("f-9")] == .published)
        #expect(stage.ledger.ledger.withLock { $0.frames(ofHost: HostName("web-1")) } == ["f-9"])
    }

    @Test("--repin keeps the frames of the host that are answered, also where they ask no more and their sessions live")
    func repinned() async throws {
        let stage = try await Stage(hosts: 1, users: 2)
        try await stage.ask(frame: "f-1b", host: "web-1")
        _ = try await stage.run(stage.plan(try await stage.applicants()))
        for frame in ["f-1", "f-1b"] as [FrameID] { try await stage.report(.started, of: frame) }
        _ = try await stage.run(stage.plan(try await stage.applicants()))
        stage.carrier.remove("f-1b")
        try await stage.ask(frame: "f-9", host: "web-1")
        let plan = stage.plan(try await stage.applicants(), isRepinning: true)
        #expect(plan.rows.map(\.step) == [.answered, .approve])
        #expect(try await stage.run(plan, isRepinning: true)["f-9"] == .published)
        #expect(stage.ledger.ledger.withLock { $0.frames(ofHost: "web-1") } == ["f-1", "f-1b", "f-9"])
    }

    @Test("the frames of one host that are approved together are its frames; a frame is of one host")
    func twoFrames() async throws {
        let stage = try await Stage(hosts: 1, users: 1)
        try await stage.ask(frame: "f-1b", host: "web-1")
        let outcomes = try await stage.run(stage.plan(try await stage.applicants()))
        #expect(outcomes.values.allSatisfy { $0 == .published })
        #expect(stage.ledger.ledger.withLock { $0.frames(ofHost: HostName("web-1")) } == ["f-1", "f-1b"])
        stage.carrier.remove(FrameID("f-1"))
        try await stage.ask(frame: "f-1", host: "web-7")
        let plan = stage.plan(try await stage.applicants())
        #expect(plan.rows.map(\.step).contains(.refused(.frameOfOtherHost("web-1"))))
    }

    @Test("a card that has ended is refused, and of cards that ask for one key, all are, with their hosts' names")
    func refusals() async throws {
        let stage = try await Stage(hosts: 1, users: 1)
        try await stage.ask(frame: "f-2", host: "web-2", notAfter: "2026-11-29T12:00:00Z")
        let first = try #require(try await stage.applicants().first?.card)
        let twin = Sample.card(frame: "f-3", host: "web-3", publicKey: first.publicKey.description)
        try await stage.carrier.publishCard(
            try CardEnvelope(cardBytes: Array(twin.utf8), evidence: nil).write(),
            of: FrameID("f-3"),
            timeToLive: .seconds(1)
        )
        let plan = stage.plan(try await stage.applicants())
        let shared = ApprovalPlan.Refusal.sameKey(hosts: ["web-1", "web-3"])
        #expect(plan.rows.map(\.step) == [.refused(shared), .refused(.expired), .refused(shared)])
        #expect(shared.message.contains("web-1, web-3"))
        _ = try await stage.run(plan)
        #expect(stage.api.keys.isEmpty)
        // The right one is selected alone.
        let alone = stage.plan(try await stage.applicants().filter { $0.host == "web-1" })
        #expect(alone.rows.map(\.step) == [.approve])
    }

    @Test("a card that asks for less than ten seconds is refused, and one for ten is not", arguments: [1, 9, 10])
    func shortest(seconds: Int) async throws {
        let stage = try await Stage(hosts: 1, users: 1)
        let card = Sample.card(frame: "f-1", host: "web-1", notAfter: "2026-11-29T13:00:00Z")
            .replacing("14400", with: "\(seconds)")
        try await stage.carrier.publishCard(
            try CardEnvelope(cardBytes: Array(card.utf8), evidence: nil).write(),
            of: "f-1",
            timeToLive: .seconds(1)
        )
        let steps = stage.plan(try await stage.applicants()).rows.map(\.step)
        #expect(steps == [seconds < 10 ? .refused(.tooShort(seconds: seconds)) : .approve])
    }

    @Test("where every user is full, the frames that find no place are told so, and the others are approved")
    func fullUsers() async throws {
        let stage = try await Stage(hosts: 7, users: 1)
        let outcomes = try await stage.run(stage.plan(try await stage.applicants()))
        #expect(outcomes.values.count { $0 == .published } == 5)
        #expect(outcomes.values.count { $0 == .unassigned(.usersAreFull) } == 2)
    }

    @Test("a frame's next key goes to its own user, beside the one that lives, and the third time is refused")
    func nextKeys() async throws {
        let stage = try await Stage(hosts: 5, users: 2)
        for _ in 1...2 {
            let outcomes = try await stage.run(stage.plan(try await stage.applicants(), isRenewing: true))
            #expect(outcomes.values.allSatisfy { $0 == .published })
            for index in 1...5 { try await stage.ask(frame: "f-\(index)", host: "web-\(index)") }
        }
        #expect(stage.api.state.withLock(\.users).map(\.keys.count) == [10, 0])
        let outcomes = try await stage.run(stage.plan(try await stage.applicants(), isRenewing: true))
        #expect(outcomes.values.allSatisfy { $0 == .unassigned(.keysAreFull(userId: "u-1", count: 10)) })
    }

    @Test("an API that refuses leaves the frames where they were, and the next run goes on")
    func refusingAPI() async throws {
        let stage = try await Stage(hosts: 2, users: 1)
        stage.api.state.withLock {
            $0.refusal = APIError(
                httpStatus: 403,
                code: 7,
                message: "request not authorized",
                turnkeyErrorCode: "REQUEST_NOT_AUTHORIZED"
            )
        }
        let outcomes = try await stage.run(stage.plan(try await stage.applicants()))
        for outcome in outcomes.values {
            guard case .failed("register", let detail) = outcome else {
                Issue.record("\(outcome)")
                continue
            }
            #expect(detail.contains("403"))
        }
        stage.api.state.withLock { $0.refusal = nil }
        let after = try await stage.run(stage.plan(try await stage.applicants()))
        #expect(after.values.allSatisfy { $0 == .published })
    }

    @Test("a run that goes on with an earlier one's keys holds to its own, shorter terms")
    func shorterTerms() async throws {
        for step in 3...6 {
            let stage = try await Stage(hosts: 1, users: 1)
            let killing = Killing(at: step, behind: true)
            _ = try? await stage.run(stage.plan(try await stage.applicants()), killing: killing)
            let outcomes = try await stage.run(stage.plan(try await stage.applicants(), limitSeconds: 60))
            #expect(outcomes.values.allSatisfy { $0 == .published }, "step \(step)")
            let end = stage.carrier.parcel(of: "f-1")?.parcel.notAfter
            #expect(end?.description == "2026-11-29T12:01:00Z", "step \(step)")
        }
    }

    @Test("a session lives no longer than it asked for, and no longer than is said")
    func ends() async throws {
        let stage = try await Stage(hosts: 1, users: 1)
        let card = try #require(try await stage.applicants().first?.card)
        for (limit, seconds) in [(nil, 14_400), (60, 60), (100_000, 14_400)] as [(Int?, Int64)] {
            let end = stage.plan([], limitSeconds: limit).end(of: card, at: Stage.now)
            #expect(end.secondsSince1970 - Stage.now.secondsSince1970 == seconds)
        }
    }
}
