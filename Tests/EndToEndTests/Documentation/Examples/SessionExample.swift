// SPDX-License-Identifier: Apache-2.0
import TurnkeyClient

/// The API by the living session; where there is none, by a new one, for one approval of the user's passkey.
func sessionExample(
    _ configuration: TurnkeyConfiguration,
    passkey: any PasskeyAuthenticator
) async throws(TurnkeyError) -> APIClient {
    let turnkey = Turnkey(configuration, passkey: passkey)
    if case .passkey(let client) = try await turnkey.getActiveClient() {
        try await client.loginWithPasskey(expirationSeconds: 900)
    }
    return try await turnkey.getActiveClient().api
}
