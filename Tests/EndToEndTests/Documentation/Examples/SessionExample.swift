// SPDX-License-Identifier: Apache-2.0
import StampClient
import TurnkeyClient

/// The API by the living session; where there is none, by a new one, for one approval of the user's passkey.
func sessionExample(
    _ configuration: TurnkeyConfiguration,
    passkey: any PasskeyAuthenticator,
    userId: String
) async throws -> APIClient {
    let turnkey = Turnkey(configuration, passkey: passkey)
    guard case .passkey(let approved) = try await turnkey.getActiveClient() else { return turnkey.sessionClient() }
    let control = ControlClient()
    let key = try await control.initEmbeddedKey()
    let session = try await approved.createPasskeySession(userId: userId, targetPublicKey: key.publicKey)
    _ = try await control.injectCredentialBundle(
        session.credentialBundle,
        terms: SessionTerms(expirationSeconds: session.remainingSeconds(), userId: userId),
        expectPublicKey: session.publicKey
    )
    return turnkey.sessionClient()
}
