// SPDX-License-Identifier: Apache-2.0
public import StampClient

/// A client of the API whose requests the user approves one by one with a passkey.
public struct PasskeyClient: Sendable {
    /// The API client, for any other request: each is one approval.
    public let api: APIClient
    let context: SessionContext

    /// Asks which user the passkey belongs to, with one approval, and stores that user.
    ///
    /// Concurrent callers share the approval, unless they have an `acceptingUser`. It is asked if the last login was
    /// another user's; without it, another user is refused.
    ///
    /// - Throws: As ``APIClient/query(_:body:)``; `.store`, before an approval is asked for; `.anotherUser`.
    @discardableResult
    public func login(acceptingUser: UserAcceptance? = nil) async throws(TurnkeyError) -> TurnkeyUser {
        try await context.users.run("login", FlightArguments(hasClosure: acceptingUser != nil)) {
            () throws(TurnkeyError) in
            let stored = try await context.prepareStore()
            let user = TurnkeyUser(try await api.getWhoami())
            try await context.accept(user.userId, storedUserId: stored?.userId, acceptingUser)
            try await context.updateState { $0.login = context.makeLogin(user) }
            return user
        }
    }

    /// Makes a P-256 key, registers it at the API with one approval, seals it to a frame's embedded key, and stores the
    /// bundle.
    ///
    /// The private key is in this process's memory until this returns, and otherwise only in the bundle. A pending
    /// registration is polled with the new key itself, which needs no further approval.
    ///
    /// - Parameters:
    ///   - userId: The user; the stored one if absent.
    ///   - targetPublicKey: The frame's embedded key, uncompressed: 130 lower-case hex digits.
    ///   - expirationSeconds: The key's life.
    ///   - session: The name under which the bundle is stored; the selected one if absent.
    /// - Returns: The session's key and its bundle, to be injected.
    /// - Throws: `.configuration`, `.notLoggedIn` and `.store`, before an approval is asked for; else `.session`, which
    ///   says what failed and what became of the key.
    public func createPasskeySession(
        userId: String? = nil,
        targetPublicKey: String,
        expirationSeconds: Int = 900,
        session: SessionName? = nil
    ) async throws(TurnkeyError) -> PasskeySession {
        let name = try context.resolve(session)
        let arguments = FlightArguments(userId.map { "user \($0)" } ?? "", targetPublicKey, "\(expirationSeconds)")
        return try await context.passkeySessions.run(name.text, arguments) { () throws(TurnkeyError) in
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

/// Asked whether a user may replace the stored one, with the ids of both.
public typealias UserAcceptance = @Sendable (_ userId: String, _ storedUserId: String) async -> Bool
