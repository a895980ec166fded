// SPDX-License-Identifier: Apache-2.0
import Foundation

/// An e-mail that the API would have sent, kept for readers of the sandbox's mailbox.
struct Mail {
    let id: UUID
    let to: String
    let appName: String
    let organizationId: UUID
    let userId: UUID
    let apiKeyId: UUID
    /// The credential, sealed to the target key.
    let credentialBundle: String
    /// The address of the e-mail's button, if a template was given.
    let magicLink: String?
    let sentAt: Date

    var json: JSONObject {
        var object: JSONObject = [
            "messageId": .string(id.text),
            "to": .string(to),
            "appName": .string(appName),
            "organizationId": .string(organizationId.text),
            "userId": .string(userId.text),
            "apiKeyId": .string(apiKeyId.text),
            "credentialBundle": .string(credentialBundle),
            "sentAt": sentAt.json,
        ]
        object["magicLink"] = magicLink.map { .string($0) }
        return object
    }
}
