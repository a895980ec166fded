// SPDX-License-Identifier: Apache-2.0
import Foundation
import Synchronization
import Testing

@testable import Fleet

@Suite("a card that ends while it is approved")
struct CardEndTests {
    private func makeStage() async throws -> Stage {
        let stage = try await Stage(hosts: 1, users: 1)
        try await stage.ask(frame: "f-2", host: "web-2", notAfter: "2026-11-29T12:05:00Z")
        return stage
    }

    @Test(
        "has no key registered, and no host pinned, from ten seconds before its end on",
        arguments: [("2026-11-29T12:04:49Z", true), ("2026-11-29T12:04:50Z", false), ("2026-11-29T12:06:00Z", false)]
    )
    func chosen(time: DocumentTime, isInTime: Bool) async throws {
        let stage = try await makeStage()
        let plan = stage.plan(try await stage.applicants())
        #expect(plan.rows.map(\.step) == [.approve, .approve])
        let card = try #require(plan.rows.last?.card)
        let run = try await stage.finish(plan, now: { time })
        #expect(run.outcomes[card] == (isInTime ? .published : .refused(.expired)))
        #expect(run.outcomes.values.count { $0 == .published } == (isInTime ? 2 : 1))
        #expect(stage.api.keys.count == (isInTime ? 2 : 1))
        #expect(stage.ledger.ledger.withLock { $0.frames(ofHost: "web-2") } == (isInTime ? ["f-2"] : []))
    }

    @Test("has no key registered where it was chosen in time, and the API was asked too late")
    func registered() async throws {
        let stage = try await makeStage()
        let plan = stage.plan(try await stage.applicants())
        let time = Time(Stage.now)
        var run = try ApprovalRun(
            fleet: Stage.fleet,
            plan: plan,
            userMap: UserMap(fleet: Stage.fleet),
            isRepinning: false,
            storage: MemoryLedger.Storage(memory: stage.ledger, killing: Killing(at: nil)),
            now: { time.value.withLock(\.self) }
        )
        let registrar = MemoryAPI.Registrar(api: stage.api, killing: Killing(at: nil))
        try await run.choose(at: registrar, organizationId: "org-1")
        time.value.withLock { $0 = "2026-11-29T12:05:00Z" }
        try await run.register(at: registrar)
        #expect(run.outcomes == [try #require(plan.rows.last?.card): .refused(.expired)])
        #expect(stage.api.keys.map(\.publicKey) == [plan.rows.first?.applicant.card?.publicKey.description])
    }

    private final class Time: Sendable {
        let value: Mutex<DocumentTime>

        init(_ value: DocumentTime) { self.value = Mutex(value) }
    }
}
