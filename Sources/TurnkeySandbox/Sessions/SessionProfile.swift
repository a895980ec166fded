// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A bound on what sessions may do and how long they live. A profile never changes.
struct SessionProfile {
    let id: UUID
    /// The profile's name, and the `session_type` of its sessions' tokens.
    let name: String
    /// An expression that must be true of each submission of such a session.
    let scope: PolicyExpression
    let expiration: Expiration?
    let notes: String?
    let createdAt: Date

    var json: JSONObject {
        var object: JSONObject = [
            "sessionProfileId": .string(id.text),
            "sessionProfileName": .string(name),
            "scope": .string(scope.text),
            "createdAt": createdAt.json,
            "updatedAt": createdAt.json,
        ]
        object["expirationSeconds"] = expiration.map { .string(String($0.seconds)) }
        object["notes"] = notes.map { .string($0) }
        return object
    }
}
