// SPDX-License-Identifier: Apache-2.0
import TurnkeyClient

/// One approval for as long as `work` takes; afterwards the session ends for everyone, and its key is deleted at the API.
func lifeCycleExample(_ turnkey: Turnkey, work: @Sendable (APIClient) async throws -> Void) async throws {
    try await turnkey.passkeyClient().loginWithPasskey(session: "work")
    let keeper = Task { try await turnkey.sessions.keepRefreshing("work") }
    defer { keeper.cancel() }
    try await work(turnkey.sessionClient(session: "work"))
    try await turnkey.sessions.logout("work", revoking: true)
}
