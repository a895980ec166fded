// SPDX-License-Identifier: Apache-2.0
import StampClient

/// What is known of the answer to an earlier card of a frame that asks with its next one: a frame makes its next card as soon
/// as a session starts, so that the card alone does not say that a session is wanted.
package enum EarlierAnswer: Sendable, Hashable {
    /// This approver's answer started a session, which lives for these seconds yet.
    case started(secondsLeft: Int)
    /// This approver's answer to that card has no receipt yet.
    case awaited(card: CardHash)
    /// A receipt says that an answer which is not in this approver's ledger started a session.
    case startedByOther
}

/// Finds the earlier answers of frames, by the ledger and by receipts.
///
/// An answer counts until half of its session's life is over. Then the next card is approved as any other.
struct EarlierAnswers {
    private struct Place: Hashable {
        let frame: String
        let session: SessionName
    }

    /// The approvals whose sessions may live, in the order in which they were approved.
    private let approvals: [Place: [Approval]]
    /// The cards that the ledger has.
    private let known: Set<String>
    private let receipts: CarriedReceipts
    private let now: DocumentTime

    init(_ ledger: Ledger, _ receipts: CarriedReceipts, at now: DocumentTime) {
        (self.receipts, self.now) = (receipts, now)
        known = Set(ledger.approvals.map(\.card))
        let young = ledger.approvals.filter { approval in
            let begin = DocumentTime(approval.approvedAt) ?? .distantPast
            return approval.end > now && Self.hasHalfLeft(from: begin, until: approval.end, now)
        }
        approvals = Dictionary(grouping: young) { Place(frame: $0.frame, session: $0.session) }
    }

    /// Returns what is known of the last answer to an earlier card of this frame and session; `nil` where none counts.
    func find(_ card: Card) -> EarlierAnswer? {
        let own = approvals[Place(frame: card.frame.description, session: card.session)] ?? []
        return own.reversed().lazy.compactMap(answer).first ?? answerOfOther(card)
    }

    private func answer(_ approval: Approval) -> EarlierAnswer? {
        let started = EarlierAnswer.started(
            secondsLeft: Int(approval.end.secondsSince1970 - now.secondsSince1970)
        )
        switch (approval.state, receipts.receipt(of: approval)?.receipt.outcome) {
        case (.started, _), (.signed, .started), (.published, .started), (.overtaken, .started): return started
        case (.signed, nil), (.published, nil):
            // When the earlier card has ended, its answer starts nothing any more.
            guard approval.cardEnd > now else { return nil }
            return CardHash(approval.card).map { .awaited(card: $0) }
        default: return nil
        }
    }

    /// A receipt does not say how long the session lives. It is taken for as long as the frame asks for.
    private func answerOfOther(_ card: Card) -> EarlierAnswer? {
        guard let receipt = receipts.latest(of: card.frame)?.receipt, receipt.outcome == .started,
            !known.contains(receipt.card.description)
        else { return nil }
        let end = DocumentTime(secondsSince1970: receipt.time.secondsSince1970 + Int64(card.expirationSeconds))
        return Self.hasHalfLeft(from: receipt.time, until: end, now) ? .startedByOther : nil
    }

    private static func hasHalfLeft(from begin: DocumentTime, until end: DocumentTime, _ now: DocumentTime) -> Bool {
        now < begin || (now.secondsSince1970 - begin.secondsSince1970) < (end.secondsSince1970 - now.secondsSince1970)
    }
}
