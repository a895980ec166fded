// SPDX-License-Identifier: Apache-2.0
import Foundation
package import TurnkeyClient

/// Registers keys of frames at the API, through the minting session.
package protocol KeyRegistrar: Sendable {
    /// Returns the organization's users, with their keys.
    func users() async throws(TurnkeyError) -> [FleetUser]

    /// Registers keys for one user: all of them or none.
    ///
    /// - Returns: their identifiers in the same order.
    func register(_ keys: [NewAPIKey], userId: String) async throws(TurnkeyError) -> [String]
}

/// Registers keys by API requests that the minting session stamps.
package struct APIKeyRegistrar: KeyRegistrar {
    let client: APIClient

    package init(_ client: APIClient) {
        self.client = client
    }

    package func users() async throws(TurnkeyError) -> [FleetUser] {
        let users = try await client.getUsers()
        let now = Date()
        return users.map { FleetUser($0, at: now) }
    }

    package func register(_ keys: [NewAPIKey], userId: String) async throws(TurnkeyError) -> [String] {
        let ids = try await client.createApiKeys(userId: userId, apiKeys: keys)
        guard ids.count == keys.count else {
            throw .unexpectedAnswer(httpStatus: 200, detail: "\(ids.count) identifiers of \(keys.count) keys")
        }
        return ids
    }
}
