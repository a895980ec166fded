// SPDX-License-Identifier: Apache-2.0
import Foundation
import Synchronization
import Testing

@testable import Fleet

@Suite("an answer that was published")
struct AnswerTests {
    private func approval(_ stage: Stage) throws -> Approval {
        try #require(stage.ledger.ledger.withLock { $0.approvals.first })
    }

    private func run(
        _ stage: Stage,
        signer: UInt8 = 1,
        isReplacing: Bool = false,
        ledger: MemoryLedger? = nil
    ) async throws -> (step: ApprovalPlan.Step?, outcome: ApprovalOutcome?) {
        let plan = stage.plan(
            try await stage.applicants(),
            ledger: ledger,
            isReplacing: isReplacing,
            signer: signer
        )
        let outcomes = try await stage.run(plan, ledger: ledger, signer: signer)
        return (plan.rows.first?.step, outcomes["f-1"])
    }

    @Test("is kept until a receipt says that its session started, and then no longer")
    func kept() async throws {
        let stage = try await Stage(hosts: 1, users: 1)
        _ = try await run(stage)
        #expect(try approval(stage).state == .published && approval(stage).envelope != nil)
        try await stage.report(.started, of: "f-1")
        let second = try await run(stage)
        #expect(second.step == .answered && second.outcome == .answered)
        #expect(try approval(stage).state == .started && approval(stage).envelope == nil)
    }

    @Test("that the carrier lost is published again, the same one, and one that is there is left")
    func lost() async throws {
        let stage = try await Stage(hosts: 1, users: 1)
        _ = try await run(stage)
        let parcel = try #require(stage.carrier.parcel(of: "f-1"))
        let revision = stage.carrier.state.withLock(\.revision)
        let again = try await run(stage)
        #expect(again.step == .goOn(.published) && again.outcome == .published)
        #expect(stage.carrier.state.withLock(\.revision) == revision)
        stage.carrier.put(nil, asParcelOf: "f-1")
        #expect(try await run(stage).outcome == .published)
        #expect(stage.carrier.parcel(of: "f-1") == parcel)
        #expect(stage.api.keys.count == 1)
    }

    @Test(
        "that the frame refused is told, and signed anew for the same key of the frame's, as other bytes, with any --key",
        arguments: [1, 2] as [UInt8]
    )
    func refused(signer: UInt8) async throws {
        let stage = try await Stage(hosts: 1, users: 1)
        _ = try await run(stage, signer: 2)
        let wrong = try #require(stage.carrier.parcel(of: "f-1"))
        try await stage.report(.refused(reason: "unknownApprover"), of: "f-1")
        let plan = stage.plan(try await stage.applicants(), signer: signer)
        #expect(plan.rows.first?.step == .signAnew)
        #expect(plan.rows.first?.receipt == .refused(reason: "unknownApprover"))
        let again = try await stage.finish(plan, signer: signer)
        #expect(again.outcomes.values.map(\.self) == [.published])
        // The refusal that is still there is about the parcel before.
        #expect(again.knownReceipts.isEmpty && again.receiptWatch.count == 1)
        let parcel = try #require(stage.carrier.parcel(of: "f-1"))
        #expect(parcel.signature == MemorySigner.signature(signer))
        #expect(parcel.parcelBytes != wrong.parcelBytes)
        #expect(parcel.parcel.publicKey == wrong.parcel.publicKey)
        #expect(stage.api.keys.count == 1)
        let after = stage.plan(try await stage.applicants(), signer: signer)
        #expect(after.rows.first?.step == .goOn(.published) && after.rows.first?.receipt == nil)
        try await stage.report(.started, of: "f-1", at: "2026-11-29T12:00:09Z")
        #expect(try await run(stage).outcome == .answered)
    }

    @Test("by a wrong key, of which no courier says anything, is replaced by the right key's, after an end at any step")
    func wrongKey() async throws {
        for step in 1...6 {
            let stage = try await Stage(hosts: 1, users: 1)
            _ = try await run(stage, signer: 2)
            let plan = stage.plan(try await stage.applicants(), signer: 1)
            _ = try? await stage.run(plan, killing: Killing(at: step, behind: step.isMultiple(of: 2)), signer: 1)
            #expect(try await run(stage, signer: 1).outcome == .published, "step \(step)")
            #expect(stage.carrier.parcel(of: "f-1")?.signature == MemorySigner.signature(1), "step \(step)")
            #expect(stage.api.keys.count == 1, "step \(step)")
        }
    }

    @Test("a parcel by anybody that names the card blocks nobody: the frame's refusal, or --replace, has it replaced")
    func blocked() async throws {
        for isReplacing in [false, true] {
            let stage = try await Stage(hosts: 1, users: 1)
            let card = try #require(try await stage.applicants().first?.envelope)
            let junk = Parcel(
                to: card.card,
                cardBytes: card.cardBytes,
                organizationId: "o",
                userId: "u",
                notAfter: "2026-11-29T13:00:00Z"
            )
            let bytes = try ParcelEnvelope(parcelBytes: junk.write(), signature: MemorySigner.signature(9)).write()
            stage.carrier.put(bytes, asParcelOf: "f-1")
            #expect(try await run(stage).outcome == .overtaken)
            #expect(try approval(stage).envelope != nil)
            if !isReplacing { try await stage.report(.refused(reason: "signature"), of: "f-1") }
            let next = try await run(stage, isReplacing: isReplacing)
            #expect(next.outcome == .published)
            #expect(stage.carrier.parcel(of: "f-1")?.signature == MemorySigner.signature(1))
            #expect(stage.api.keys.count == 1)
            // The refusal was the other's.
            #expect(stage.plan(try await stage.applicants()).rows.first?.receipt == nil)
        }
    }

    @Test("is signed anew by the same key where that is asked for, and is other bytes than before")
    func replaced() async throws {
        let stage = try await Stage(hosts: 1, users: 1)
        _ = try await run(stage)
        let before = try #require(stage.carrier.parcel(of: "f-1"))
        let after = try await run(stage, isReplacing: true)
        #expect(after.step == .signAnew && after.outcome == .published)
        #expect(stage.carrier.parcel(of: "f-1") != before)
        #expect(stage.api.keys.count == 1)
    }

    @Test("is forgotten when its card has ended")
    func ended() async throws {
        let stage = try await Stage(hosts: 1, users: 1)
        _ = try await run(stage)
        var ledger = stage.ledger.ledger.withLock(\.self)
        ledger.prune(at: "2026-11-29T13:00:00Z")
        #expect(ledger.approvals.map(\.envelope) == [nil])
    }

    @Test("receipts are taken of the parcels that were published alone, until all are there or the time is over")
    func receipts() async throws {
        let stage = try await Stage(hosts: 3, users: 1)
        _ = try await stage.run(stage.plan(try await stage.applicants()))
        let approvals = stage.ledger.ledger.withLock(\.approvals)
        try await stage.report(.started, of: "f-1")
        try await stage.report(.refused(reason: "tooLate"), of: "f-2")
        let other = Receipt(
            fleet: Stage.fleet,
            frame: "f-3",
            card: CardHash(of: [9]),
            outcome: .started,
            time: Stage.now
        )
        try await stage.carrier.publishReceipt(other.write(), of: "f-3")
        let watch = ReceiptWatch(fleet: Stage.fleet, approvals)
        let some = await watch.wait(for: .milliseconds(200), on: stage.carrier)
        let outcomes = Dictionary(some.values.map { ($0.receipt.frame, $0.receipt.outcome) }) { $1 }
        #expect(outcomes == ["f-1": .started, "f-2": .refused(reason: "tooLate")])
        try await stage.report(.started, of: "f-3")
        #expect(await watch.wait(for: .seconds(600), on: stage.carrier).count == 3)
        #expect(await watch.wait(for: .zero, on: stage.carrier).isEmpty)
    }
}
