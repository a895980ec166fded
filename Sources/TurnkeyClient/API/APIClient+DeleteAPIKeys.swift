// SPDX-License-Identifier: Apache-2.0
import Foundation

extension APIClient {
    /// Deletes keys of a user.
    ///
    /// - Returns: The ids of the deleted keys.
    /// - Throws: As ``APIClient/submit(_:body:)``.
    @discardableResult
    public func deleteApiKeys(userId: String, apiKeyIds: [String]) async throws(TurnkeyError) -> [String] {
        let request = ActivityRequest(
            type: "ACTIVITY_TYPE_DELETE_API_KEYS",
            organizationId: organizationId,
            parameters: DeleteApiKeysParameters(userId: userId, apiKeyIds: apiKeyIds)
        )
        let activity = try await submitCredentials("delete_api_keys", body: try Self.makeBody(request))
        return try activity.readResult("deleteApiKeysResult", as: DeleteApiKeysResult.self).apiKeyIds
    }

    /// Deletes the user's key that is `publicKey`; `false` if there is none.
    @discardableResult
    func deleteApiKey(publicKey: String, userId: String) async throws(TurnkeyError) -> Bool {
        let ids = try await getApiKeys(userId: userId).filter { $0.publicKey == publicKey }.map(\.apiKeyId)
        guard !ids.isEmpty else { return false }
        try await deleteApiKeys(userId: userId, apiKeyIds: ids)
        return true
    }
}

private struct DeleteApiKeysParameters: Encodable {
    let userId: String
    let apiKeyIds: [String]
}

private struct DeleteApiKeysResult: Decodable {
    let apiKeyIds: [String]
}
