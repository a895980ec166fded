// SPDX-License-Identifier: Apache-2.0
import Foundation

/// The stamp that made an activity, as the activity shows it.
struct Vote {
    let id: UUID
    /// The voter as they were when they voted.
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
            "selection": "VOTE_SELECTION_APPROVED",
            "message": .string(message),
            "publicKey": .string(signature.publicKey),
            "signature": .string(Hex.encode(signature.signature)),
            "scheme": .string(signature.scheme),
            "createdAt": createdAt.json,
        ]
    }
}
