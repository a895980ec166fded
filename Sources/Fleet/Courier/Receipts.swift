// SPDX-License-Identifier: Apache-2.0

/// Tracks the receipt to publish: only the last one, since a frame has one place for receipts.
struct Receipts: Sendable {
    var backOff = BackOff(first: .seconds(1), longest: .seconds(60))
    private var current: CourierMachine.ReceiptDraft?
    private var isUnderWay = false
    private var isReplaced = false
    /// Cards whose sessions have started: a later refusal of a parcel does not change that.
    private var started = RecentHashes()

    mutating func add(_ draft: CourierMachine.ReceiptDraft) -> [CourierMachine.Action] {
        // A card's outcome does not change: a second answer adds nothing.
        if draft.outcome == .started {
            started.insert(draft.card)
            if draft == current { return [] }
        } else if started.contains(draft.card) {
            return []
        }
        current = draft
        guard !isUnderWay else {
            isReplaced = true
            return []
        }
        isUnderWay = true
        return [.publishReceipt(draft)]
    }

    mutating func published() -> [CourierMachine.Action] {
        backOff.reset()
        isUnderWay = false
        guard isReplaced else { return [] }
        isReplaced = false
        return tryAgain()
    }

    mutating func postpone() { isUnderWay = false }

    mutating func tryAgain() -> [CourierMachine.Action] {
        guard let current, !isUnderWay else { return [] }
        isUnderWay = true
        return [.publishReceipt(current)]
    }
}
