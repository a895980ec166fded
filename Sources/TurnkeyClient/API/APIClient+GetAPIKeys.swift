// SPDX-License-Identifier: Apache-2.0
public import Foundation

/// An API key as the API has it.
public struct APIKey: Sendable, Hashable, Decodable {
    public let apiKeyId: String
    public let apiKeyName: String
    /// Compressed P-256 point, 66 hex digits, for a P-256 key.
    public let publicKey: String
    /// Such as `CREDENTIAL_TYPE_LOGIN`.
    public let type: String
    /// `nil`: it lives until it is deleted.
    public let expirationSeconds: Int?
    public let createdAt: Date

    /// Whether it expires, and has not yet: at most ten of a user's do; the next one evicts the oldest.
    public func isExpiring(at now: Date = Date()) -> Bool {
        expirationSeconds.map { createdAt + TimeInterval($0) > now } ?? false
    }

    public init(from decoder: any Decoder) throws {
        let members = try Members(from: decoder)
        apiKeyId = members.apiKeyId
        apiKeyName = members.apiKeyName
        publicKey = members.credential.publicKey
        type = members.credential.type
        expirationSeconds = members.expirationSeconds.flatMap { Int($0) }
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
    public func getApiKeys(userId: String) async throws(TurnkeyError) -> [APIKey] {
        try await ask("get_api_keys", ["userId": userId], for: APIKeysAnswer.self).apiKeys
    }

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
