// SPDX-License-Identifier: Apache-2.0
import Foundation
import StampClient
import TurnkeyClient

/// The tutorial "Create a user passkey session", from its first line to its last; answers the users that it read.
func passkeySessionExample(
    _ sandbox: (apiBaseUrl: String, organizationId: String, notarizerPublicKey: String),
    socketDirectory: String,
    stateDirectory: String?,
    passkey: any PasskeyAuthenticator
) async throws -> [User] {
    let configuration = try TurnkeyConfiguration(
        apiBaseUrl: APIBaseURL(sandbox.apiBaseUrl),
        defaultOrganizationId: sandbox.organizationId,
        rpId: "localhost",
        socketDirectory: socketDirectory,
        notarizerPublicKey: sandbox.notarizerPublicKey
    )
    let turnkey = Turnkey(configuration, passkey: passkey, stateDirectory: stateDirectory)

    let passkeyClient = try turnkey.passkeyClient()
    try await passkeyClient.login()
    let currentUser = try turnkey.getCurrentUser()

    let authIframeClient = try await turnkey.iframeClient()

    let bundle = try await passkeyClient.createPasskeySession(
        userId: currentUser?.userId,
        targetPublicKey: authIframeClient.iframePublicKey,
        expirationSeconds: 900
    )

    if try await authIframeClient.injectCredentialBundle(bundle) {
        let whoami = try await authIframeClient.getWhoami()
        print("\(whoami.username) of \(whoami.organizationName)")
    }

    let activeClient = try await turnkey.getActiveClient().api
    try await activeClient.createUsers([NewUser(userName: "grace")])
    let users = try await activeClient.getUsers()

    let body = Data(#"{"organizationId":"\#(activeClient.organizationId)"}"#.utf8)
    let answer = try await activeClient.query("list_users", body: body)
    print("\(answer.count) bytes")

    let name: SessionName = try .init("born-inside")
    let session = try await passkeyClient.loginWithPasskey(session: name, expirationSeconds: 30)
    print("\(session.name) ends in \(session.expiry.remainingSeconds) s")

    events: for try await event in try await turnkey.sessions.events() {
        switch event {
        case .warning(let session, _, let left): print("\(session) ends in \(left / 1000) s")
        case .expired(name, _): break events
        default: continue
        }
    }

    switch try await turnkey.getActiveClient(session: name) {
    case .session(let client): print(try await client.getWhoami().username)
    case .passkey(let client): print(try await client.api.getWhoami().username)
    }

    try await turnkey.sessions.refresh()
    try await turnkey.sessions.logout(revoking: true)
    return users
}
