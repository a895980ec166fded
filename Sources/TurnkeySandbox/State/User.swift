// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A member of an organization, with their credentials.
struct User {
    /// The API's limits for one user: long-lived keys, expiring keys, and authenticators, each.
    static let credentialLimit = 10

    let id: UUID
    let name: String
    var email: String?
    var phoneNumber: String?
    /// Whether the user is a root user, to whom policies do not apply.
    let isRoot: Bool
    let createdAt: Date
    private(set) var apiKeys: [APIKey] = []
    private(set) var authenticators: [Authenticator] = []

    init(id: UUID, name: String, email: String? = nil, phoneNumber: String? = nil, isRoot: Bool, createdAt: Date) {
        self.id = id
        self.name = name
        self.email = email
        self.phoneNumber = phoneNumber
        self.isRoot = isRoot
        self.createdAt = createdAt
    }
}

extension User {
    /// Adds a key. The eleventh expiring key replaces an expired one, or the oldest.
    ///
    /// - Throws: `.tooManyLongLivedKeys` for the eleventh long-lived one.
    mutating func add(_ key: APIKey) throws(APIRefusal) {
        let rivals = apiKeys.filter { ($0.expiration == nil) == (key.expiration == nil) }
        if rivals.count >= Self.credentialLimit {
            guard key.expiration != nil else { throw .tooManyLongLivedKeys }
            // Keys are in the order in which they were added.
            let evicted = rivals.first { $0.hasExpired(at: key.createdAt) } ?? rivals.first
            apiKeys.removeAll { $0.id == evicted?.id }
        }
        apiKeys.append(key)
    }

    mutating func add(_ authenticator: Authenticator) throws(APIRefusal) {
        guard authenticators.count < Self.credentialLimit else { throw .tooManyAuthenticators }
        authenticators.append(authenticator)
    }

    mutating func removeAPIKeys(where shouldRemove: (APIKey) -> Bool) {
        apiKeys.removeAll(where: shouldRemove)
    }

    mutating func removeAuthenticator(_ id: UUID) {
        authenticators.removeAll { $0.id == id }
    }

    mutating func setCounter(_ counter: UInt32, ofCredential id: Data) {
        for index in authenticators.indices where authenticators[index].credentialId == id {
            authenticators[index].counter = counter
        }
    }

    var json: JSONObject {
        var object: JSONObject = ["userId": .string(id.text), "userName": .string(name)]
        object["userEmail"] = email.map { .string($0) }
        object["userPhoneNumber"] = phoneNumber.map { .string($0) }
        object["authenticators"] = .array(authenticators.map { .object($0.json) })
        object["apiKeys"] = .array(apiKeys.map { .object($0.json) })
        object["userTags"] = []
        object["oauthProviders"] = []
        object["createdAt"] = createdAt.json
        object["updatedAt"] = createdAt.json
        object["mfaPolicies"] = []
        return object
    }
}
