// SPDX-License-Identifier: Apache-2.0
import StampClient
import TurnkeyClient

/// One approval for as long as `work` takes; afterwards the session ends for everyone, and its key is deleted at the API.
func lifeCycleExample(_ turnkey: Turnkey, work: @Sendable (APIClient) async throws -> Void) async throws {
    let name: SessionName = try .init("work")
    try await turnkey.passkeyClient().loginWithPasskey(session: name)
    let keeper = Task { try await turnkey.sessions.keepRefreshing(name) }
    defer { keeper.cancel() }
    try await work(turnkey.sessionClient(session: name))
    try await turnkey.sessions.logout(name, revoking: true)
}
