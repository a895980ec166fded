// SPDX-License-Identifier: Apache-2.0
public import Foundation
import Printing

/// An API key as the API returns it.
public struct APIKey: Sendable, Hashable, Decodable {
    /// The key's id.
    public let apiKeyId: String
    /// The key's name.
    public let apiKeyName: String
    /// Compressed P-256 point, 66 hex digits, for a P-256 key.
    public let publicKey: String
    /// The kind of key, such as `CREDENTIAL_TYPE_LOGIN`.
    public let type: String
    /// The key's life; `nil` if it is valid until it is deleted.
    public let expirationSeconds: Int?
    /// When the key was registered.
    public let createdAt: Date

    /// Whether the key expires and has not expired yet. A user has at most ten such keys; one more evicts the oldest.
    public func isExpiring(at now: Date = Date()) -> Bool {
        expirationSeconds.map { createdAt + TimeInterval($0) > now } ?? false
    }

    /// Reads a key as the API writes it.
    public init(from decoder: any Decoder) throws {
        let members = try Members(from: decoder)
        apiKeyId = members.apiKeyId
        apiKeyName = members.apiKeyName
        publicKey = members.credential.publicKey
        type = members.credential.type
        expirationSeconds = members.expirationSeconds.flatMap { Int(spelled: $0) }
        createdAt = members.createdAt.date
    }

    private struct Members: Decodable {
        struct Credential: Decodable {
            let publicKey: String
            let type: String
        }

        let apiKeyId: String
        let apiKeyName: String
        let credential: Credential
        let createdAt: APITime
        let expirationSeconds: String?
    }
}

extension APIClient {
    /// Returns a user's keys.
    ///
    /// - Throws: As ``APIClient/query(_:body:)``.
    public func getApiKeys(userId: String) async throws(TurnkeyError) -> [APIKey] {
        try await ask("get_api_keys", ["userId": userId], for: APIKeysAnswer.self).apiKeys
    }

    /// Returns one key.
    ///
    /// - Throws: As ``APIClient/query(_:body:)``.
    public func getApiKey(apiKeyId: String) async throws(TurnkeyError) -> APIKey {
        try await ask("get_api_key", ["apiKeyId": apiKeyId], for: APIKeyAnswer.self).apiKey
    }
}

private struct APIKeysAnswer: Decodable {
    let apiKeys: [APIKey]
}

private struct APIKeyAnswer: Decodable {
    let apiKey: APIKey
}
