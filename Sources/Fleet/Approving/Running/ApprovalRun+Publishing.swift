// SPDX-License-Identifier: Apache-2.0
import Foundation
import Synchronization

extension ApprovalRun {
    private static let publicationParallelism = 32

    private enum Publication: Sendable {
        /// The carrier has the parcel; `isAfterOther`: it replaced another one for the same card.
        case there(isAfterOther: Bool)
        case overtaken
        case failed(CarrierFault)
    }

    /// Publishes each signed parcel whose card is still the one that was shown, and again each one that an earlier run
    /// published and no receipt answers. A carrier that has the parcel does not change, and one that lost it has it again.
    package mutating func publish(to carrier: some Carrier) async throws(ApprovalFault) {
        let rows = openRows(in: .signed) + openRows(in: .published) + openRows(in: .overtaken)
        guard !rows.isEmpty else { return }
        var done = 0
        let total = rows.count
        progress(ApprovalProgress(phase: .publishing, done: 0, total: total))
        let plan = plan
        let results = await inParallel(rows, Self.publicationParallelism) { row, approval in
            await Self.publish(approval, answering: row.applicant, plan, to: carrier)
        } onEach: { [progress] in
            done += 1
            progress(ApprovalProgress(phase: .publishing, done: done, total: total))
        }
        for (index, result) in results {
            var (row, approval) = rows[index]
            switch result {
            case .there(let isAfterOther):
                // A receipt that is there by now is about an earlier parcel, unless this very parcel was there before.
                if approval.state != .published || isAfterOther {
                    let receipt = row.card.flatMap { plan.receipts.receipt(about: $0, of: row.applicant.frame) }
                    approval.earlierReceipt = receipt?.hash.description ?? approval.earlierReceipt
                }
                approval.state = .published
                setOutcome(.published, of: row)
            case .overtaken:
                approval.state = .overtaken
                setOutcome(.overtaken, of: row)
            case .failed(let fault):
                setOutcome(.failed(step: "publish", detail: fault.message), of: row)
                continue
            }
            set(approval)
        }
        try save()
    }

    /// Publishes one parcel. Another parcel for the card is replaced where the frame has refused one for this card, where it is
    /// this approver's own earlier one, or where that was asked for. Its signature does not matter: it is no answer to wait
    /// for.
    private static func publish(
        _ approval: Approval,
        answering applicant: Applicant,
        _ plan: ApprovalPlan,
        to carrier: some Carrier
    ) async -> Publication {
        var isRefused = false
        if let card = applicant.envelope?.hash,
            case .refused = plan.receipts.receipt(about: card, of: applicant.frame)?.receipt.outcome
        {
            isRefused = true
        }
        let isFree = plan.isReplacing || isRefused
        let isAfterOther = Mutex(false)
        do throws(CarrierFault) {
            let isThere = try await carrier.publishParcel(
                Array((approval.envelope ?? "").utf8),
                answering: applicant.document
            ) { other in
                let isOwn = CardHash(of: other).description == approval.earlierEnvelope
                isAfterOther.withLock { $0 = true }
                return isFree || isOwn
            }
            return isThere ? .there(isAfterOther: isAfterOther.withLock(\.self)) : .overtaken
        } catch {
            return .failed(error)
        }
    }

    /// The receipts that the couriers had published of the parcels that are there now, each by its card.
    package var knownReceipts: [CardHash: Receipt] {
        let found = publishedApprovals.compactMap { plan.receipts.receipt(of: $0)?.receipt }
        return Dictionary(found.map { ($0.card, $0) }) { $1 }
    }

    /// The watch for the receipts of published parcels that have none yet.
    package var receiptWatch: ReceiptWatch {
        ReceiptWatch(fleet: fleet, publishedApprovals.filter { plan.receipts.receipt(of: $0) == nil })
    }

    private var publishedApprovals: [Approval] {
        plan.rows.compactMap { row in
            guard let card = row.card, outcomes[card] == .published else { return nil }
            return row.answeredCard.flatMap { ledger[$0] }
        }
    }
}
