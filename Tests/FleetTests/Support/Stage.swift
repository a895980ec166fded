// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation
import Synchronization
import Testing
import TurnkeyClient

@testable import Fleet

/// A fleet whose hosts are verified already, with its carrier, its API and one approver's ledger.
struct Stage {
    static let fleet: FleetName = "web"
    static let now: DocumentTime = "2026-11-29T12:00:00Z"

    let carrier = MemoryCarrier()
    let api: MemoryAPI
    let ledger = MemoryLedger(fleet)

    init(hosts: Int, users: Int) async throws {
        api = MemoryAPI(MemoryAPI.users(users))
        for index in 1...hosts { try await ask(frame: "f-\(index)", host: "web-\(index)") }
    }

    /// A frame asks with a new key.
    @discardableResult
    func ask(frame: String, host: String, notAfter: String = "2026-11-29T13:00:00Z") async throws -> CardEnvelope {
        let key = Hexadecimal.encode(P256.Signing.PrivateKey().publicKey.compressedRepresentation)
        let card = Sample.card(frame: frame, host: host, publicKey: key, notAfter: notAfter)
        let envelope = try CardEnvelope(cardBytes: Array(card.utf8), evidence: nil)
        try await carrier.publishCard(envelope.write(), of: FrameID(stringLiteral: frame), timeToLive: .seconds(3_600))
        return envelope
    }

    /// Everyone who asks now, taken for verified.
    func applicants() async throws -> [Applicant] {
        try await carrier.cards().map { document in
            let envelope = try CardEnvelope(reading: document.bytes)
            return Applicant(document: document, evidence: .verified(envelope.card.host), envelope: envelope)
        }
    }

    func plan(
        _ applicants: [Applicant],
        ledger: MemoryLedger? = nil,
        isRepinning: Bool = false,
        isRenewing: Bool = false,
        isReplacing: Bool = false,
        signer: UInt8 = 1,
        limitSeconds: Int? = 3_600,
        at now: DocumentTime = now
    ) -> ApprovalPlan {
        ApprovalPlan(
            applicants,
            .hosts([HostPattern("*")]),
            ledger: (ledger ?? self.ledger).ledger.withLock(\.self),
            receipts: receipts,
            signer: MemorySigner.blob(signer),
            limitSeconds: limitSeconds,
            isRepinning: isRepinning,
            isRenewing: isRenewing,
            isReplacing: isReplacing,
            at: now
        )
    }

    var receipts: CarriedReceipts {
        CarriedReceipts(carrier.state.withLock { Array($0.receipts.values) }, fleet: Self.fleet)
    }

    /// A frame's courier says what became of a parcel for the card that the frame asks with.
    func report(
        _ outcome: Receipt.Outcome,
        of frame: FrameID,
        about card: CardHash? = nil,
        at time: DocumentTime = now
    ) async throws {
        let present = try #require(carrier.state.withLock { $0.cards[frame] })
        let hash = try card ?? CardEnvelope(reading: present.bytes).hash
        let receipt = Receipt(fleet: Self.fleet, frame: frame, card: hash, outcome: outcome, time: time)
        try await carrier.publishReceipt(receipt.write(), of: frame)
    }

    /// One run of the command, which may be killed on the way.
    ///
    /// - Returns: the outcome of each frame.
    func run(
        _ plan: ApprovalPlan,
        ledger: MemoryLedger? = nil,
        isRepinning: Bool = false,
        killing: Killing = Killing(at: nil),
        userMap: UserMap = UserMap(fleet: fleet),
        signer: UInt8 = 1
    ) async throws -> [FrameID: ApprovalOutcome] {
        let run = try await finish(
            plan,
            ledger: ledger,
            isRepinning: isRepinning,
            killing: killing,
            userMap: userMap,
            signer: signer
        )
        let outcomes = plan.rows.compactMap { row in
            row.card.flatMap { run.outcomes[$0] }.map { (row.applicant.frame, $0) }
        }
        return Dictionary(outcomes) { $1 }
    }

    /// As above, and returns the run itself. `now`: the time by the approver's clock.
    func finish(
        _ plan: ApprovalPlan,
        ledger: MemoryLedger? = nil,
        isRepinning: Bool = false,
        killing: Killing = Killing(at: nil),
        userMap: UserMap = UserMap(fleet: fleet),
        signer: UInt8 = 1,
        now: @escaping @Sendable () -> DocumentTime = { now }
    ) async throws -> ApprovalRun {
        var run = try ApprovalRun(
            fleet: Self.fleet,
            plan: plan,
            userMap: userMap,
            isRepinning: isRepinning,
            storage: MemoryLedger.Storage(memory: ledger ?? self.ledger, killing: killing),
            now: now
        )
        if run.needsMinting {
            let registrar = MemoryAPI.Registrar(api: api, killing: killing)
            try await run.choose(at: registrar, organizationId: "org-1")
            try await run.register(at: registrar)
        }
        try await run.sign(with: MemorySigner(killing: killing, key: signer))
        try await run.publish(to: MortalCarrier(carrier: carrier, killing: killing))
        return run
    }
}
