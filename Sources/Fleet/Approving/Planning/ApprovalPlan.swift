// SPDX-License-Identifier: Apache-2.0
package import Foundation

/// The plan of an approval: which of the selected applicants are new, are left from earlier runs, or are refused.
package struct ApprovalPlan: Sendable {
    package enum Step: Sendable, Hashable {
        /// The key is to be registered, and a parcel signed and published.
        case approve
        /// An earlier run approved the card; this run does what is left.
        case goOn(Approval.State)
        /// The card's parcel is signed anew: with another key, or because that was asked for.
        case signAnew
        /// A receipt says that its session started.
        case answered
        /// The frame has an answer to an earlier card: nothing is signed for this one.
        case answeredBefore(EarlierAnswer)
        case refused(Refusal)
    }

    package enum Refusal: Sendable, Hashable {
        /// The host was approved as other frames.
        case changedFrame(pinned: [String])
        /// The frame was approved as one of another host.
        case frameOfOtherHost(String)
        /// The card has ended.
        case expired
        /// The card asks for a shorter life than any session has.
        case tooShort(seconds: Int)
        /// Cards of these hosts ask for one key, and none of them proves whose it is.
        case sameKey(hosts: [String])
        /// Its key was revoked in an earlier run.
        case revoked

        /// One line without a full stop.
        package var message: String {
            switch self {
            case .changedFrame(let pinned):
                "this host was approved as frame \(pinned.joined(separator: ", ")): "
                    + "a new installation asks so, and so does a copy; --repin where you know that it is right"
            case .frameOfOtherHost(let host):
                "this frame was approved as host \(host)'s: --repin where you know that it was renamed"
            case .expired: "its card has ended: a new one comes by itself"
            case .tooShort(let seconds):
                "it asks for \(seconds) seconds, and a session lives \(ApprovalPlan.minimumSeconds) at least"
            case .sameKey(let hosts):
                "cards of \(hosts.joined(separator: ", ")) ask for one key, which one of them copied: look at them, and select the right one alone"
            case .revoked: "its key was revoked: a new card asks for another"
            }
        }
    }

    package struct Row: Sendable, Hashable {
        package let applicant: Applicant
        package let step: Step
        /// What the frame's courier says about the parcel that this approver has published for the card.
        package let receipt: Receipt.Outcome?

        /// The hash of the card that the frame asks with.
        package var card: CardHash? { applicant.envelope?.hash }

        /// The hash of the card whose answer counts: an earlier one where its receipt is waited for, else the one above.
        package var answeredCard: CardHash? {
            if case .answeredBefore(.awaited(let earlier)) = step { earlier } else { card }
        }
    }

    /// Sorted by host, then by frame.
    package let rows: [Row]
    /// The longest life of each session, in seconds; `nil` for as long as it asks for.
    package let limitSeconds: Int?
    /// The receipts that the carrier had when the cards were listed.
    package let receipts: CarriedReceipts
    /// The blob of the approver's SSH key; `nil` where it is not known before it has signed.
    package let signer: Data?
    /// Whether the run replaces a parcel that is there, of any signer.
    package let isReplacing: Bool

    /// The shortest life of a session: a shorter one is over before it is of use.
    package static let minimumSeconds = 10
    /// How long a card must live yet when its key is registered: its parcel is signed and carried after that.
    static let cardSeconds: Int64 = 10

    /// Plans the approval of the selected applicants.
    ///
    /// - Parameters:
    ///   - applicants: The frames that ask.
    ///   - selection: Which of them to approve.
    ///   - ledger: What this approver has done before.
    ///   - receipts: The couriers' receipts, as the carrier has them.
    ///   - signer: The blob of the approver's SSH key, where it is known.
    ///   - limitSeconds: The longest life of each session.
    ///   - isRepinning: Whether a host may ask as another frame than before.
    ///   - isRenewing: Whether a frame's next card is approved while the session of an earlier one has half of its life left.
    ///   - isReplacing: Whether cards that were answered are answered anew, in place of any parcel that is there.
    ///   - now: The time by this machine's clock.
    package init(
        _ applicants: [Applicant],
        _ selection: Selection,
        ledger: Ledger,
        receipts: CarriedReceipts,
        signer: Data?,
        limitSeconds: Int?,
        isRepinning: Bool,
        isRenewing: Bool,
        isReplacing: Bool,
        at now: DocumentTime
    ) {
        (self.receipts, self.signer, self.limitSeconds) = (receipts, signer, limitSeconds)
        self.isReplacing = isReplacing
        let pins = ledger.makePins()
        let earlier = isRenewing ? nil : EarlierAnswers(ledger, receipts, at: now)
        let selected = applicants.filter(selection.includes).sorted(by: Self.precedes)
        let shared = Self.sharedKeys(selected)
        var rows: [Row] = []
        for applicant in selected {
            guard let envelope = applicant.envelope else { continue }
            let approval = ledger[envelope.hash]
            let receipt = approval.flatMap { receipts.receipt(of: $0) }?.receipt.outcome
            let refusal =
                shared[envelope.card.publicKey].map { .sameKey(hosts: $0) }
                ?? Self.refusal(of: envelope.card, applicant.host, isRepinning ? nil : pins, now)
            let before = approval == nil ? earlier?.find(envelope.card) : nil
            let step =
                refusal.map { .refused($0) } ?? before.map { .answeredBefore($0) }
                ?? Self.step(approval, receipt, signer, isReplacing, now)
            rows.append(Row(applicant: applicant, step: step, receipt: receipt))
        }
        self.rows = rows
    }

    private static func precedes(_ left: Applicant, _ right: Applicant) -> Bool {
        (left.host?.description ?? "", left.frame) < (right.host?.description ?? "", right.frame)
    }

    /// Returns the keys that several cards ask for, each with the hosts of these cards.
    private static func sharedKeys(_ applicants: [Applicant]) -> [CardPublicKey: [String]] {
        let asking = Dictionary(grouping: applicants) { $0.card?.publicKey }
        let pairs = asking.compactMap { key, applicants -> (CardPublicKey, [String])? in
            guard let key, Set(applicants.map(\.envelope?.hash)).count > 1 else { return nil }
            let hosts = applicants.map { $0.host?.description ?? "frame \($0.frame)" }
            return (key, Set(hosts).sorted())
        }
        return Dictionary(pairs) { $1 }
    }

    private static func refusal(
        of card: Card,
        _ host: HostName?,
        _ pins: Ledger.Pins?,
        _ now: DocumentTime
    ) -> Refusal? {
        guard card.notAfter > now else { return .expired }
        guard card.expirationSeconds >= minimumSeconds else { return .tooShort(seconds: card.expirationSeconds) }
        guard let host, let pins else { return nil }
        let pinned = pins.frames(ofHost: host)
        guard pinned.isEmpty || pinned.contains(card.frame.description) else { return .changedFrame(pinned: pinned) }
        return pins.otherHost(ofFrame: card.frame, than: host).map { .frameOfOtherHost($0) }
    }

    /// Returns what is left to do for a card, by the ledger's approval of it.
    private static func step(
        _ approval: Approval?,
        _ receipt: Receipt.Outcome?,
        _ signer: Data?,
        _ isReplacing: Bool,
        _ now: DocumentTime
    ) -> Step {
        guard let approval else { return .approve }
        if approval.state == .revoked { return .refused(.revoked) }
        guard approval.end > now else { return .approve }
        switch approval.state {
        case .signed, .published, .overtaken:
            if receipt == .started { return isReplacing ? .signAnew : .answered }
        default: break
        }
        switch approval.state {
        case .chosen, .registered, .signed: return .goOn(approval.state)
        case .started: return isReplacing ? .signAnew : .answered
        case .published:
            // A courier passes over bytes that its frame has refused, also when the frame would take them by now.
            guard !isReplacing, receipt == nil, approval.envelope != nil else { return .signAnew }
            return approval.signer == signer ?? approval.signer ? .goOn(.published) : .signAnew
        case .overtaken:
            guard approval.envelope != nil, approval.signer == signer ?? approval.signer else { return .signAnew }
            return .goOn(.overtaken)
        case .revoked: return .refused(.revoked)
        }
    }

    /// Checks that the ledger has room.
    ///
    /// - Throws: `.full` where it has none for what this plan adds.
    package func checkRoom(in ledger: Ledger, at now: DocumentTime, path: String) throws(LedgerFault) {
        let count = rows.count { row in
            row.step == .approve && row.applicant.envelope.map { ledger[$0.hash] == nil } ?? false
        }
        let living = ledger.approvals.count { $0.end > now }
        guard count == 0 || living + count <= Ledger.approvalLimit else {
            throw .full(path: path, living: living, count: count)
        }
    }

    /// The rows that have work to do.
    package var openRows: [Row] {
        rows.filter { row in
            switch row.step {
            case .approve, .goOn, .signAnew: true
            case .answered, .answeredBefore, .refused: false
            }
        }
    }

    /// Returns when the key and the session of a card would end, were it approved at `now`.
    package func end(of card: Card, at now: DocumentTime) -> DocumentTime {
        let seconds = min(card.expirationSeconds, limitSeconds ?? card.expirationSeconds)
        return DocumentTime(secondsSince1970: now.secondsSince1970 + Int64(seconds))
    }
}
