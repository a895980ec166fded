// SPDX-License-Identifier: Apache-2.0
import Logging
import StampClient

extension SessionContext {
    /// The most expiring API keys that a user has; one more evicts the oldest (Turnkey's documentation, "Resource
    /// limits").
    static let expiringKeyLimit = 10

    /// Deletes a registered key that is not needed, with a client that can still stamp.
    func delete(
        _ publicKey: PublicKey,
        of userId: String,
        expirationSeconds: Int,
        stampedBy client: APIClient
    ) async -> SessionFailure.Remains {
        do throws(TurnkeyError) {
            _ = try await uncancelled { () throws(TurnkeyError) in
                try await client.deleteApiKey(publicKey: publicKey.text, userId: userId)
            }
            return .deleted
        } catch {
            connection.logger.info("a key was not deleted", metadata: ["reason": "\(error)"])
            return .registered(key: publicKey.text, expirationSeconds: expirationSeconds)
        }
    }

    /// Finds warnings, such as that the next login would silently end a session. If they cannot be found out, that is
    /// only logged.
    func findWarnings(_ client: APIClient, userId: String) async -> [TurnkeySession.Warning] {
        do throws(TurnkeyError) {
            let count = try await client.getApiKeys(userId: userId).count { $0.isExpiring() }
            guard count >= Self.expiringKeyLimit else { return [] }
            return [.keyLimitReached(expiringKeys: count, limit: Self.expiringKeyLimit)]
        } catch {
            connection.logger.info("the user's keys were not counted", metadata: ["reason": "\(error)"])
            return []
        }
    }
}
