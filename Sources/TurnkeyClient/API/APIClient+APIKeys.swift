// SPDX-License-Identifier: Apache-2.0
import Foundation

/// An API key that is to be registered.
public struct NewAPIKey: Encodable, Sendable, Hashable {
    public let apiKeyName: String
    /// Compressed P-256 point, 66 hex digits.
    public let publicKey: String
    let curveType = "API_KEY_CURVE_P256"
    let expirationSeconds: String?

    /// Without `expirationSeconds` the key lives until it is deleted.
    public init(apiKeyName: String, publicKey: String, expirationSeconds: Int? = nil) {
        self.apiKeyName = apiKeyName
        self.publicKey = publicKey
        self.expirationSeconds = expirationSeconds.map(String.init)
    }
}

extension APIClient {
    /// Registers keys for a user, and answers their identifiers in the same order.
    public func createApiKeys(userId: String, apiKeys: [NewAPIKey]) async throws(TurnkeyError) -> [String] {
        let body = try makeCreateApiKeysBody(userId: userId, apiKeys: apiKeys)
        return try readApiKeyIds(try await submitCredentials("create_api_keys", body: body))
    }

    func makeCreateApiKeysBody(userId: String, apiKeys: [NewAPIKey]) throws(TurnkeyError) -> Data {
        try Self.makeBody(
            ActivityRequest(
                type: "ACTIVITY_TYPE_CREATE_API_KEYS_V2",
                organizationId: organizationId,
                parameters: CreateApiKeysParameters(userId: userId, apiKeys: apiKeys)
            )
        )
    }

    func readApiKeyIds(_ activity: Activity) throws(TurnkeyError) -> [String] {
        try activity.readResult("createApiKeysResult", as: CreateApiKeysResult.self).apiKeyIds
    }
}

private struct CreateApiKeysParameters: Encodable {
    let userId: String
    let apiKeys: [NewAPIKey]
}

private struct CreateApiKeysResult: Decodable {
    let apiKeyIds: [String]
}
