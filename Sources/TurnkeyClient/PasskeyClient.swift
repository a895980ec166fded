// SPDX-License-Identifier: Apache-2.0

/// The API with each request approved by the user's passkey.
public struct PasskeyClient: Sendable {
    /// For any other request: each is one approval.
    public let api: APIClient
    let context: SessionContext

    /// Asks, by one approval, whom the passkey belongs to, and stores that user.
    ///
    /// Callers at the same time share the approval, but for those with an `acceptingUser` of their own. `acceptingUser` is asked where the last login was another user's; who
    /// gives none accepts none.
    /// - Throws: as `APIClient.query`; `.store` before anybody is asked; `.anotherUser`.
    @discardableResult
    public func login(acceptingUser: UserAcceptance? = nil) async throws(TurnkeyError) -> TurnkeyUser {
        try await context.users.run("login", Wish(hasClosure: acceptingUser != nil)) { () throws(TurnkeyError) in
            let stored = try await context.prepareStore()
            let user = TurnkeyUser(try await api.getWhoami())
            try await context.accept(user.userId, storedUserId: stored?.userId, acceptingUser)
            try await context.updateState { $0.login = context.makeLogin(user) }
            return user
        }
    }

    /// Makes a P-256 key, has one approval register it at the API, seals it to `targetPublicKey`, and stores the bundle.
    ///
    /// `userId` is the stored user where absent. `targetPublicKey` is a frame's embedded key, uncompressed, 130 lower-case
    /// hex digits. The key's private half is in this process's memory until this returns, and nowhere else outside the
    /// bundle. A pending registration is polled with the new key itself, so that nobody is asked again. `session` is the
    /// name that the bundle is stored under: the selected one where absent.
    /// - Throws: `.configuration`, `.notLoggedIn`, `.store` before anybody is asked; else `.session`: what failed, and what
    ///   became of the key.
    public func createPasskeySession(
        userId: String? = nil,
        targetPublicKey: String,
        expirationSeconds: Int = 900,
        session: String? = nil
    ) async throws(TurnkeyError) -> PasskeySession {
        let name = try context.resolve(session)
        let wish = Wish(userId.map { "user \($0)" } ?? "", targetPublicKey, "\(expirationSeconds)")
        return try await context.passkeySessions.run(name, wish) { () throws(TurnkeyError) in
            let made = try await makeSealedKey(userId, targetPublicKey, expirationSeconds)
            do throws(TurnkeyError) {
                try await uncancelled { () throws(TurnkeyError) in
                    try await context.store(made.session, as: name, sealedTo: targetPublicKey, expirationSeconds)
                }
            } catch {
                throw await failure(.store, nil, error, made, expirationSeconds)
            }
            return made.session
        }
    }
}

/// Asked whether a user may take the place of the stored one: the new user's identifier, the stored one's.
public typealias UserAcceptance = @Sendable (_ userId: String, _ storedUserId: String) async -> Bool
