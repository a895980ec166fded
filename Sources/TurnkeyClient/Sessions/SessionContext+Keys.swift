// SPDX-License-Identifier: Apache-2.0
import Logging

extension SessionContext {
    /// A user's expiring API keys at most; one more evicts the oldest (Turnkey's documentation, "Resource limits").
    static let expiringKeyLimit = 10

    /// Deletes a key that was registered for nothing, stamped by a client that still can.
    func delete(
        _ publicKey: String,
        of userId: String,
        expirationSeconds: Int,
        stampedBy client: APIClient
    ) async -> SessionFailure.Remains {
        do throws(TurnkeyError) {
            _ = try await uncancelled { () throws(TurnkeyError) in
                try await client.deleteApiKey(publicKey: publicKey, userId: userId)
            }
            return .deleted
        } catch {
            connection.logger.info("a key was not deleted", metadata: ["reason": "\(error)"])
            return .registered(key: publicKey, expirationSeconds: expirationSeconds)
        }
    }

    /// Says where the next login would silently end a session. That it cannot be told is only worth a line.
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
