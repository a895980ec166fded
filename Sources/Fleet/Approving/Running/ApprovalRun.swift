// SPDX-License-Identifier: Apache-2.0
import Foundation
import TurnkeyClient

/// Carries out an approved plan: registers the keys, signs the parcels, publishes them.
///
/// Each step is in the ledger before the next begins, so that the same command, after an end at any point, does what is left.
/// It registers no key twice, and signs nothing twice unless with another key or after a refusal. A parcel stays in the ledger until a receipt
/// says that its session started, or its card has ended.
package struct ApprovalRun: Sendable {
    let fleet: FleetName
    let plan: ApprovalPlan
    let userMap: UserMap
    let isRepinning: Bool
    let storage: any LedgerStorage
    let now: @Sendable () -> DocumentTime
    let progress: @Sendable (ApprovalProgress) -> Void

    var ledger: Ledger
    /// Users that the map lists and the organization does not have.
    package internal(set) var missingUsers: [String] = []
    /// By card: a frame may ask with an old card and a new one.
    package internal(set) var outcomes: [CardHash: ApprovalOutcome] = [:]

    /// Reads the ledger, and marks as started the sessions of which a receipt says so. It does nothing else yet.
    ///
    /// - Throws: where the ledger cannot be read or written, and where it has no room for what is to be approved.
    package init(
        fleet: FleetName,
        plan: ApprovalPlan,
        userMap: UserMap,
        isRepinning: Bool,
        storage: any LedgerStorage,
        now: @escaping @Sendable () -> DocumentTime = { DocumentTime(Date()) },
        progress: @escaping @Sendable (ApprovalProgress) -> Void = { _ in }
    ) throws(ApprovalFault) {
        (self.fleet, self.plan, self.userMap) = (fleet, plan, userMap)
        (self.isRepinning, self.storage, self.now, self.progress) = (isRepinning, storage, now, progress)
        do throws(LedgerFault) { ledger = try storage.read() } catch { throw .ledger(error) }
        for row in plan.rows {
            switch row.step {
            case .refused(let refusal): setOutcome(.refused(refusal), of: row)
            case .answered, .answeredBefore(.started), .answeredBefore(.startedByOther): setOutcome(.answered, of: row)
            case .answeredBefore(.awaited): setOutcome(.published, of: row)
            case .approve, .goOn, .signAnew: break
            }
        }
        do throws(LedgerFault) { try plan.checkRoom(in: ledger, at: now(), path: storage.path) } catch {
            throw .ledger(error)
        }
        try settle(plan.receipts)
    }

    /// Whether a key is left to register, which needs a minting session.
    package var needsMinting: Bool {
        plan.openRows.contains { row in
            switch row.step {
            case .approve, .goOn(.chosen): true
            case .goOn, .signAnew, .answered, .answeredBefore, .refused: false
            }
        }
    }

    /// Marks as started each session of which a receipt says so: nothing more is published for it.
    ///
    /// - Throws: where the ledger cannot be written.
    package mutating func settle(_ receipts: CarriedReceipts) throws(ApprovalFault) {
        var isChanged = false
        let open: Set<Approval.State> = [.signed, .published, .overtaken]
        for approval in ledger.approvals where open.contains(approval.state) {
            guard receipts.receipt(of: approval)?.receipt.outcome == .started else { continue }
            var approval = approval
            (approval.state, approval.envelope) = (.started, nil)
            set(approval)
            isChanged = true
        }
        if isChanged { try save() }
    }
}

/// The functions that the steps share.
extension ApprovalRun {
    /// Returns the plan's rows whose approval is in this state and that have no outcome, each with its approval.
    func openRows(in state: Approval.State) -> [(row: ApprovalPlan.Row, approval: Approval)] {
        let time = now()
        return plan.openRows.compactMap { row in
            guard let card = row.card, outcomes[card] == nil, let approval = ledger[card], approval.state == state,
                approval.end > time
            else { return nil }
            return (row, approval)
        }
    }

    /// Whether the card ends before its frame could be answered.
    func endsSoon(_ card: Card, at time: DocumentTime) -> Bool {
        card.notAfter.secondsSince1970 <= time.secondsSince1970 + ApprovalPlan.cardSeconds
    }

    mutating func setOutcome(_ outcome: ApprovalOutcome, of row: ApprovalPlan.Row) {
        guard let card = row.card else { return }
        outcomes[card] = outcome
    }

    mutating func set(_ approval: Approval) {
        guard let hash = CardHash(approval.card) else { return }
        ledger[hash] = approval
    }

    func save() throws(ApprovalFault) {
        do throws(LedgerFault) { try storage.write(ledger) } catch { throw .ledger(error) }
    }
}
