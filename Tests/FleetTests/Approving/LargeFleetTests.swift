// SPDX-License-Identifier: Apache-2.0
import Foundation
import Synchronization
import Testing

@testable import Fleet

@Suite("a large fleet")
struct LargeFleetTests {
    @Test(
        "of 5,000 frames is approved in one run, and its next cards beside it, with a ledger in a file",
        .timeLimit(.minutes(15))
    )
    func five() async throws {
        let directory = FileManager.default.temporaryDirectory.path + "/stampd-large-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let stage = try await Stage(hosts: 5_000, users: 1_000)
        let store = try LedgerStore(fleet: Stage.fleet, directory: directory)
        for round in 1...2 {
            let ledger = try store.read()
            stage.ledger.ledger.withLock { $0 = ledger }
            var run = try ApprovalRun(
                fleet: Stage.fleet,
                plan: stage.plan(try await stage.applicants(), isRenewing: true),
                userMap: UserMap(fleet: Stage.fleet),
                isRepinning: false,
                storage: store,
                now: { Stage.now }
            )
            let registrar = MemoryAPI.Registrar(api: stage.api, killing: Killing(at: nil))
            try await run.choose(at: registrar, organizationId: "org-1")
            try await run.register(at: registrar)
            try await run.sign(with: MemorySigner(killing: Killing(at: nil)))
            try await run.publish(to: stage.carrier)
            #expect(run.outcomes.count == 5_000 && run.outcomes.values.allSatisfy { $0 == .published })
            #expect(try store.read().approvals.count == round * 5_000)
            for index in 1...5_000 { try await stage.ask(frame: "f-\(index)", host: "web-\(index)") }
        }
    }

    @Test("for which the ledger has no room is told so before a key is registered, or anything is chosen")
    func noRoom() async throws {
        let stage = try await Stage(hosts: 20, users: 4)
        let card = try Card(reading: Array(Sample.card(frame: "a", host: "web-1").utf8))
        stage.ledger.ledger.withLock { ledger in
            for index in 0..<(Ledger.approvalLimit - 10) {
                let hash = CardHash(of: [UInt8(index & 255), UInt8(index >> 8)])
                ledger[hash] = Approval(
                    applicant: card,
                    hash: hash,
                    host: nil,
                    organizationId: "o",
                    userId: "u",
                    notAfter: "2026-11-29T13:00:00Z",
                    approvedAt: Stage.now
                )
            }
        }
        let plan = stage.plan(try await stage.applicants())
        await #expect(throws: ApprovalFault.self) { try await stage.run(plan) }
        #expect(stage.api.keys.isEmpty)
        let full = LedgerFault.full(path: "ledger", living: Ledger.approvalLimit - 10, count: 20)
        #expect(throws: full) {
            try plan.checkRoom(in: stage.ledger.ledger.withLock(\.self), at: Stage.now, path: "ledger")
        }
        // An hour later none of them lives.
        try plan.checkRoom(in: stage.ledger.ledger.withLock(\.self), at: "2026-11-29T13:00:00Z", path: "ledger")
    }
}
