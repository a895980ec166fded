// SPDX-License-Identifier: Apache-2.0

/// The outcome of one row of an approval.
package enum ApprovalOutcome: Sendable, Hashable {
    /// The carrier has the frame's parcel.
    case published
    /// A receipt said before that the session started.
    case answered
    /// The carrier had another card by then, or another approver's parcel: nothing was published.
    case overtaken
    case refused(ApprovalPlan.Refusal)
    /// No user takes the key.
    case unassigned(Assignment.Refusal)
    /// The API has the frame's key, but not as it was approved.
    case keyTaken(KeyTaken)
    /// A step failed; the same command goes on from there. `detail` is one line without a full stop.
    case failed(step: String, detail: String)

    /// Whether the frame has its answer.
    package var isDone: Bool {
        switch self {
        case .published, .answered: true
        case .overtaken, .refused, .unassigned, .keyTaken, .failed: false
        }
    }
}
