// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A stamp for or against an activity, as the activity shows it. The first is that of its submission.
struct Vote {
    enum Selection: String {
        case approved = "VOTE_SELECTION_APPROVED"
        case rejected = "VOTE_SELECTION_REJECTED"
    }

    let id: UUID
    let selection: Selection
    /// The voter as of the vote.
    let user: User
    /// The body that was stamped.
    let message: String
    let signature: Caller.Signature
    let createdAt: Date

    func json(activityId: UUID) -> JSONObject {
        [
            "id": .string(id.text),
            "userId": .string(user.id.text),
            "user": .object(user.json),
            "activityId": .string(activityId.text),
            "selection": .string(selection.rawValue),
            "message": .string(message),
            "publicKey": .string(signature.publicKey),
            "signature": .string(Hex.encode(signature.signature)),
            "scheme": .string(signature.scheme),
            "createdAt": createdAt.json,
        ]
    }
}
