// SPDX-License-Identifier: Apache-2.0
import StampClient
import TurnkeyClient

/// Starts a session whose private key was made in the frame and never leaves it; `approved` is one approval.
func bornInsideExample(_ approved: PasskeyClient) async throws -> Session {
    let control = ControlClient()
    let publicKey = try await control.createSessionKey()
    let token = try await approved.api.stampLogin(publicKey: publicKey, expirationSeconds: 900)
    return try await control.activateSession(
        publicKey: publicKey,
        terms: SessionTerms(expirationSeconds: 890, userId: token.userId)
    )
}
