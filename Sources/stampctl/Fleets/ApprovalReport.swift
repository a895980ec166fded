// SPDX-License-Identifier: Apache-2.0
import Fleet

/// The outcome of one frame's approval.
struct ApprovalReport: Encodable {
    let frame: String
    let host: String?
    /// `published`, `answered`, `overtaken`, `refused`, `unassigned` or `failed`.
    let outcome: String
    let detail: String?
    /// What the frame's courier says: `started`, or `refused`; absent where it has said nothing about this parcel.
    var receipt: String?
    var reason: String?
    /// How many seconds a receipt was waited for; absent where none was.
    var waitedSeconds: Int?

    init(_ row: ApprovalPlan.Row, _ outcome: ApprovalOutcome, _ receipt: Receipt?, _ waitedSeconds: Int) {
        frame = row.applicant.frame.description
        host = row.applicant.host?.description
        let words = outcome.words
        self.outcome = words.code
        // What an earlier card was answered with says why this one is not.
        detail = if case .answeredBefore = row.step { row.words } else { words.detail }
        switch receipt?.outcome {
        case .started: self.receipt = "started"
        case .refused(let reason): (self.receipt, self.reason) = ("refused", reason)
        case nil: if outcome == .published { self.waitedSeconds = waitedSeconds }
        }
        if outcome == .answered { self.receipt = "started" }
    }

    /// Whether the parcel is published and has no receipt yet.
    var isAwaited: Bool { outcome == "published" && receipt == nil }

    /// Whether the table shows the frame in its own line.
    var isRemarkable: Bool { !["published", "answered"].contains(outcome) || receipt == "refused" }

    /// The text of the table's last column.
    var note: String {
        if receipt == "refused" { return Receipt.refusalMessage(reason ?? "") }
        return [outcome, detail].compactMap(\.self).joined(separator: ": ")
    }
}

extension ApprovalOutcome {
    fileprivate var words: (code: String, detail: String?) {
        switch self {
        case .published: ("published", nil)
        case .answered: ("answered", nil)
        case .overtaken:
            (
                "overtaken",
                "its card changed after it was shown, or another parcel answers it: list again; --replace replaces that parcel"
            )
        case .refused(let refusal): ("refused", refusal.message)
        case .unassigned(let refusal): ("unassigned", refusal.message)
        case .keyTaken(let taken): ("refused", taken.message)
        case .failed(let step, let detail): ("failed", "\(step): \(detail)")
        }
    }
}

extension Receipt {
    /// What a refusal means and what to do, in one line without a full stop.
    static func refusalMessage(_ reason: String) -> String {
        let meaning: String? =
            switch reason {
            case "malformed": "what came to it was no parcel"
            case "signature": "the parcel's signature does not verify"
            case "unknownApprover":
                "it knows no approver with this key: give --key the one that its configuration lists"
            case "notForThisFrame": "the parcel was another frame's"
            case "otherCard": "it asks with another card by now: list again"
            case "tooLate": "the parcel's time was over by the frame's clock"
            case "sessionNotAllowed": "its configuration does not let this key approve this session or organization"
            default: nil
            }
        return "the frame refused it, \(reason)" + (meaning.map { ": \($0)" } ?? "")
    }
}
