// SPDX-License-Identifier: Apache-2.0
import TurnkeyClient

/// Lists the users of an organization; each request is stamped by the frame.
func listUsersExample(organizationId: String) async throws(TurnkeyError) -> [String] {
    let turnkey = Turnkey(try TurnkeyConfiguration(defaultOrganizationId: organizationId))
    let client = turnkey.sessionClient()
    print(try await client.getWhoami().username)
    return try await client.getUsers().map(\.userName)
}
