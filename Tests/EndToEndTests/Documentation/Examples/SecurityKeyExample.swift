// SPDX-License-Identifier: Apache-2.0
import SecurityKey
import TurnkeyClient

/// Asks who one is, approved by a touch of a security key; the PIN is asked for at the terminal.
func securityKeyExample(organizationId: String) async throws -> String {
    let key = SecurityKey(prompts: TerminalPrompts())
    let configuration = try TurnkeyConfiguration(defaultOrganizationId: organizationId, rpId: "login.example.com")
    return try await Turnkey(configuration, passkey: key).passkeyClient().api.getWhoami().username
}
