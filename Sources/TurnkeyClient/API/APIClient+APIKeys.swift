// SPDX-License-Identifier: Apache-2.0
import Foundation
public import StampClient

/// An API key to register.
public struct NewAPIKey: Encodable, Sendable, Hashable {
    /// The key's name.
    public let apiKeyName: String
    /// The key, which is a P-256 one.
    public let publicKey: PublicKey
    let curveType = "API_KEY_CURVE_P256"
    let expirationSeconds: String?

    /// Describes a key to register. Without `expirationSeconds` it is valid until it is deleted.
    public init(apiKeyName: String, publicKey: PublicKey, expirationSeconds: Int? = nil) {
        self.apiKeyName = apiKeyName
        self.publicKey = publicKey
        self.expirationSeconds = expirationSeconds.map(String.init)
    }
}

extension APIClient {
    /// Registers keys for a user.
    ///
    /// - Returns: The keys' ids, in the same order.
    /// - Throws: As ``APIClient/submit(_:body:)``.
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
