// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// Waits for the receipts of parcels, which the frames' couriers publish.
package struct ReceiptWatch: Sendable {
    private let fleet: FleetName
    /// The approval of each card whose receipt is waited for.
    private let approvals: [CardHash: Approval]
    /// The pause before a carrier that failed is asked again.
    private static let pause = Duration.seconds(1)

    package init(fleet: FleetName, _ approvals: [Approval]) {
        let cards = approvals.compactMap { approval in CardHash(approval.card).map { ($0, approval) } }
        (self.fleet, self.approvals) = (fleet, Dictionary(cards) { $1 })
    }

    /// How many receipts are waited for.
    package var count: Int { approvals.count }

    /// Returns the receipts that come within `limit`, each by its card, and calls `progress` with their number.
    ///
    /// A carrier that fails counts as one that has no receipts for a while: receipts are only information.
    package func wait(
        for limit: Duration,
        on carrier: some Carrier,
        progress: @escaping @Sendable (Int) -> Void = { _ in }
    ) async -> [CardHash: CarriedReceipt] {
        guard count > 0, limit > .zero else { return [:] }
        let found = Found()
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                while (try? await watch(carrier, found, progress)) == nil {
                    guard (try? await Task.sleep(for: Self.pause)) != nil else { return }
                }
            }
            group.addTask { try? await Task.sleep(for: limit) }
            await group.next()
            group.cancelAll()
        }
        return found.receipts.withLock(\.self)
    }

    private func watch(
        _ carrier: some Carrier,
        _ found: Found,
        _ progress: @escaping @Sendable (Int) -> Void
    ) async throws(CarrierFault) {
        try await carrier.watchReceipts { document in
            guard let receipt = read(document) else { return true }
            let count = found.receipts.withLock { receipts in
                receipts[receipt.receipt.card] = receipt
                return receipts.count
            }
            progress(count)
            return count < self.count
        }
    }

    /// Reads a receipt; returns `nil` for a document that is no receipt of these parcels.
    private func read(_ document: CarriedDocument) -> CarriedReceipt? {
        guard let receipt = CarriedReceipt(document, fleet: fleet), let approval = approvals[receipt.receipt.card],
            receipt.receipt.frame.description == approval.frame, receipt.hash.description != approval.earlierReceipt
        else { return nil }
        return receipt
    }

    private final class Found: Sendable {
        let receipts = Mutex<[CardHash: CarriedReceipt]>([:])
    }
}
