// SPDX-License-Identifier: Apache-2.0
import StampClient

extension SessionContext {
    /// Sees to it that what follows can be stored, before anybody is asked, and answers the user of the last login.
    func prepareStore() async throws(TurnkeyError) -> TurnkeyUser? {
        try await updateState { _ in }
        return try readUser()
    }

    /// - Throws: `.anotherUser`, unless there was none or the change is accepted.
    func accept(
        _ userId: String,
        storedUserId: String?,
        _ acceptance: UserAcceptance?
    ) async throws(TurnkeyError) {
        guard let storedUserId, storedUserId != userId else { return }
        guard let acceptance, await acceptance(userId, storedUserId) else {
            throw .anotherUser(userId: userId, expected: storedUserId)
        }
    }

    /// Stores a bundle that is not injected yet. What has expired goes.
    func store(
        _ session: PasskeySession,
        as name: String,
        sealedTo targetPublicKey: String,
        _ expirationSeconds: Int
    ) async throws(TurnkeyError) {
        var stored = StoredSession(
            name: name,
            publicKey: session.publicKey,
            userId: session.userId,
            organizationId: session.organizationId,
            apiBaseUrl: config.apiBaseUrl.text,
            origin: .bundle,
            expiry: StoredExpiry(session.expiry),
            expirationSeconds: expirationSeconds
        )
        (stored.credentialBundle, stored.targetPublicKey) = (session.credentialBundle, targetPublicKey)
        try await store(stored)
    }

    /// Stores a session of the frame's.
    func store(_ session: TurnkeySession, _ expirationSeconds: Int) async throws(TurnkeyError) {
        try await store(
            StoredSession(
                name: session.name,
                publicKey: session.publicKey,
                userId: session.userId,
                organizationId: session.organizationId,
                apiBaseUrl: config.apiBaseUrl.text,
                origin: session.origin,
                expiry: StoredExpiry(session.expiry),
                expirationSeconds: expirationSeconds
            )
        )
    }

    private func store(_ session: StoredSession) async throws(TurnkeyError) {
        try await updateState { state in
            state.sessions.removeAll(where: \.isOver)
            // A session that is injected a second time keeps what can bring it back.
            var session = session
            if let known = state[session.name], known.publicKey == session.publicKey {
                session.credentialBundle = session.credentialBundle ?? known.credentialBundle
                session.targetPublicKey = session.targetPublicKey ?? known.targetPublicKey
            }
            state[session.name] = session
        }
    }
}
