// SPDX-License-Identifier: Apache-2.0
import StampClient

extension SessionContext {
    /// Checks, before an approval is asked for, that the session can be stored, and returns the user of the last login.
    func prepareStore() async throws(TurnkeyError) -> TurnkeyUser? {
        try await updateState { _ in }
        return try readUser()
    }

    func lockLogin(of session: SessionName) throws(TurnkeyError) -> FileLock {
        let store = try store
        do throws(StoreError) { return try store.lockLogin(of: session) } catch { throw .store(error) }
    }

    /// Checks the user against the stored one.
    ///
    /// - Throws: `.anotherUser`, unless none was stored or the change is accepted.
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

    /// Stores a bundle that is not injected yet, and removes expired ones.
    func store(
        _ session: PasskeySession,
        as name: SessionName,
        sealedTo targetPublicKey: String,
        _ expirationSeconds: Int
    ) async throws(TurnkeyError) {
        var stored = StoredSession(
            name: name,
            publicKey: session.publicKey,
            terms: session.terms,
            apiBaseUrl: config.apiBaseUrl.text,
            origin: .bundle,
            expirationSeconds: expirationSeconds
        )
        (stored.credentialBundle, stored.targetPublicKey) = (session.credentialBundle, targetPublicKey)
        try await store(stored)
    }

    /// Stores a session that the frame has.
    func store(_ session: TurnkeySession, _ expirationSeconds: Int) async throws(TurnkeyError) {
        try await store(
            StoredSession(
                name: session.name,
                publicKey: session.publicKey,
                terms: session.terms,
                apiBaseUrl: config.apiBaseUrl.text,
                origin: session.origin,
                expirationSeconds: expirationSeconds
            )
        )
    }

    private func store(_ session: StoredSession) async throws(TurnkeyError) {
        try await updateState { state in
            state.sessions.removeAll(where: \.isOver)
            // A session that is injected again keeps its bundle, which can restore it.
            var session = session
            if let known = state[session.name], known.publicKey == session.publicKey {
                session.credentialBundle = session.credentialBundle ?? known.credentialBundle
                session.targetPublicKey = session.targetPublicKey ?? known.targetPublicKey
            }
            state[session.name] = session
        }
    }
}
