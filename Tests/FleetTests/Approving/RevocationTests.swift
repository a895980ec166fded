// SPDX-License-Identifier: Apache-2.0
import Foundation
import Synchronization
import Testing
import TurnkeyClient

@testable import Fleet

@Suite("a revocation")
struct RevocationTests {
    private struct Revoker: KeyRevoker {
        let api: MemoryAPI
        let killing: Killing

        func users() async throws(TurnkeyError) -> [FleetUser] {
            guard let users = killing.step({ api.state.withLock(\.users) }) else { throw .cancelled }
            return users
        }

        func delete(_ keyIds: [String], userId: String) async throws(TurnkeyError) {
            let isDone: Void? = killing.step {
                api.state.withLock { state in
                    state.users = state.users.map { user in
                        guard user.id == userId else { return user }
                        return FleetUser(
                            id: user.id,
                            name: user.name,
                            keys: user.keys.filter { !keyIds.contains($0.id) }
                        )
                    }
                }
            }
            guard isDone != nil else { throw .cancelled }
        }
    }

    private func revoke(
        _ stage: Stage,
        _ target: RevocationTarget,
        killing: Killing = Killing(at: nil)
    ) async throws -> [FrameID: RevocationRun.Outcome] {
        let storage = MemoryLedger.Storage(memory: stage.ledger, killing: killing)
        var run = try RevocationRun(fleet: Stage.fleet, target, storage: storage)
        let carried = target == .everything ? try await stage.carrier.frames() : []
        try await run.deleteKeys(at: Revoker(api: stage.api, killing: killing), carried: carried)
        await run.removeDocuments(from: MortalCarrier(carrier: stage.carrier, killing: killing))
        return run.outcomes
    }

    @Test("the keys of the frames that are meant are deleted, then their documents, and nobody else's")
    func some() async throws {
        let stage = try await Stage(hosts: 7, users: 2)
        _ = try await stage.run(stage.plan(try await stage.applicants()))
        stage.api.add(
            FleetUser.Key(id: "mine", name: "mine", publicKey: "p", isLiving: true, end: nil),
            to: "u-1"
        )
        let outcomes = try await revoke(stage, .frames(["f-1", "f-7", "f-99"]))
        #expect(outcomes == ["f-1": .revoked(keys: 1), "f-7": .revoked(keys: 1), "f-99": .revoked(keys: 0)])
        #expect(stage.api.keys.count == 6)
        #expect(stage.api.keys.contains { $0.id == "mine" })
        #expect(stage.carrier.parcel(of: "f-1") == nil)
        #expect(stage.carrier.parcel(of: "f-2") != nil)
        let states = stage.ledger.ledger.withLock { $0.approvals.map { ($0.frame, $0.state) } }
        #expect(states.filter { $0.1 == .revoked }.map(\.0).sorted() == ["f-1", "f-7"])
    }

    @Test("the keys that were deleted are counted also where the carrier does not let documents be removed")
    func failingCarrier() async throws {
        let stage = try await Stage(hosts: 2, users: 1)
        _ = try await stage.run(stage.plan(try await stage.applicants()))
        // The users, one deletion and the ledger: then nothing is reached.
        let outcomes = try await revoke(stage, .frames(["f-1", "f-2"]), killing: Killing(at: 4))
        #expect(stage.api.keys.isEmpty)
        for (frame, outcome) in outcomes {
            guard case .failed("remove", _, keys: 1) = outcome else {
                Issue.record("\(frame): \(outcome)")
                continue
            }
        }
    }

    @Test("everything is every key of the fleet, whoever approved it, and no other fleet's")
    func everything() async throws {
        let stage = try await Stage(hosts: 3, users: 1)
        _ = try await stage.run(stage.plan(try await stage.applicants()), ledger: MemoryLedger(Stage.fleet))
        let other = Approval.apiKeyName(fleet: "db", frame: "f-1", card: CardHash(of: [1]))
        stage.api.add(
            FleetUser.Key(id: "db", name: other, publicKey: "p", isLiving: true, end: Stage.now),
            to: "u-1"
        )
        #expect(try await revoke(stage, .everything).count == 3)
        #expect(stage.api.keys.map(\.id) == ["db"])
        #expect(try await revoke(stage, .everything).isEmpty)
    }

    @Test("everything leaves nothing on the carrier, also of keys that have ended, and of cards that nobody approved")
    func endedKeys() async throws {
        let stage = try await Stage(hosts: 3, users: 1)
        _ = try await stage.run(stage.plan(try await stage.applicants()))
        // The API lists none of them any more.
        stage.api.state.withLock { $0.users = MemoryAPI.users(1) }
        try await stage.ask(frame: "f-9", host: "web-9")
        try await stage.report(.started, of: "f-2")
        stage.carrier.state.withLock { $0.cards["f-1"] = nil }
        let ledger = stage.ledger.ledger.withLock(\.self)
        let plan = RevocationPlan(
            fleet: Stage.fleet,
            .everything,
            users: MemoryAPI.users(1),
            ledger: ledger,
            carried: try await stage.carrier.frames()
        )
        #expect(plan.rows.map(\.frame) == ["f-1", "f-2", "f-3", "f-9"])
        #expect(plan.rows.map(\.host) == ["web-1", "web-2", "web-3", nil])
        let outcomes = try await revoke(stage, .everything)
        #expect(outcomes.keys.sorted() == plan.rows.map(\.frame))
        #expect(outcomes.values.allSatisfy { $0 == .revoked(keys: 0) })
        #expect(stage.carrier.state.withLock { $0.cards.isEmpty && $0.parcels.isEmpty && $0.receipts.isEmpty })
    }

    @Test("what a plan shows is what is deleted: the frames that are meant, with their keys and whose those are")
    func plan() async throws {
        let stage = try await Stage(hosts: 7, users: 2)
        _ = try await stage.run(stage.plan(try await stage.applicants()))
        let plan = RevocationPlan(
            fleet: Stage.fleet,
            .frames(["f-1", "f-7", "f-99"]),
            users: stage.api.state.withLock(\.users),
            ledger: stage.ledger.ledger.withLock(\.self),
            carried: []
        )
        #expect(plan.rows.map(\.frame) == ["f-1", "f-7", "f-99"])
        #expect(plan.rows.map(\.keys.count) == [1, 1, 0])
        _ = try await revoke(stage, .frames(["f-1", "f-7", "f-99"]))
        let left = Set(stage.api.keys.map(\.id))
        #expect(plan.rows.allSatisfy { $0.keys.allSatisfy { !left.contains($0.id) } })
    }

    @Test("after an end at any step, the same command does what is left", arguments: [false, true])
    func killed(behind: Bool) async throws {
        var step = 1
        while true {
            let stage = try await Stage(hosts: 6, users: 2)
            _ = try await stage.run(stage.plan(try await stage.applicants()))
            let frames = RevocationTarget.frames(Set((1...6).map { FrameID(stringLiteral: "f-\($0)") }))
            let killing = Killing(at: step, behind: behind)
            _ = try? await revoke(stage, frames, killing: killing)
            guard killing.hasStruck else { break }
            let outcomes = try await revoke(stage, frames)
            #expect(outcomes.values.allSatisfy { if case .revoked = $0 { true } else { false } }, "step \(step)")
            #expect(stage.api.keys.isEmpty, "step \(step)")
            #expect(stage.carrier.state.withLock { $0.cards.isEmpty && $0.parcels.isEmpty }, "step \(step)")
            #expect(stage.ledger.ledger.withLock { $0.approvals.allSatisfy { $0.state == .revoked } }, "step \(step)")
            step += 1
        }
        #expect(step > 9)
    }
}
