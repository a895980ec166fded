// SPDX-License-Identifier: Apache-2.0
public import Passkeys
public import StampClient

extension Turnkey {
    /// Starts a session like `PasskeyClient.loginWithPasskey` by the way `stampLogin`, with a request that `approve`
    /// writes and stamps. The token that the API answers is verified.
    ///
    /// - Parameters:
    ///   - session: The session's name; the selected one if absent.
    ///   - expirationSeconds: The session's life.
    ///   - acceptingUser: Asked if the last login was another user's; without it, another user is refused.
    ///   - approve: Writes and stamps a stamp_login for the given key.
    /// - Returns: The session.
    /// - Throws: As ``PasskeyClient/loginWithPasskey(session:expirationSeconds:way:acceptingUser:)``; an error of
    ///   `approve` is `.passkey` in `.session`.
    @discardableResult
    public func login(
        session: SessionName? = nil,
        expirationSeconds: Int = 900,
        acceptingUser: UserAcceptance? = nil,
        stampedBy approve: @escaping @Sendable (LoginRequest) async throws -> StampedLogin
    ) async throws(TurnkeyError) -> TurnkeySession {
        let arguments = FlightArguments("login", "stampedBy", hasClosure: true)
        return try await context.begin(session, expirationSeconds, acceptingUser, arguments) {
            order throws(TurnkeyError) in
            _ = try await context.initEmbeddedKey()
            return try await GeneratedKeyStart(context: context, order: order, registrar: .stampedLogin(approve)).run()
        }
    }

    /// Starts a session like `PasskeyClient.loginWithPasskey` by the way `bundle`, with a key that `make` makes,
    /// registers and seals. Its life is counted from a moment after this began.
    ///
    /// - Parameters:
    ///   - session: The session's name; the selected one if absent.
    ///   - expirationSeconds: The session's life.
    ///   - acceptingUser: Asked if the last login was another user's; without it, another user is refused.
    ///   - make: Makes a bundle for the given embedded key.
    /// - Returns: The session.
    /// - Throws: As ``PasskeyClient/loginWithPasskey(session:expirationSeconds:way:acceptingUser:)``; an error of
    ///   `make` is `.passkey` in `.session`.
    @discardableResult
    public func login(
        session: SessionName? = nil,
        expirationSeconds: Int = 900,
        acceptingUser: UserAcceptance? = nil,
        bundledBy make: @escaping @Sendable (LoginRequest) async throws -> MadeBundle
    ) async throws(TurnkeyError) -> TurnkeySession {
        let arguments = FlightArguments("login", "bundledBy", hasClosure: true)
        return try await context.begin(session, expirationSeconds, acceptingUser, arguments) {
            order throws(TurnkeyError) in
            try await context.startMadeBundle(order, make)
        }
    }
}

extension SessionContext {
    /// Runs a login: everything before and after the session begins is the same for all.
    func begin(
        _ session: SessionName?,
        _ expirationSeconds: Int,
        _ acceptance: UserAcceptance?,
        _ arguments: FlightArguments,
        _ start: @escaping @Sendable (SessionOrder) async throws(TurnkeyError) -> TurnkeySession
    ) async throws(TurnkeyError) -> TurnkeySession {
        let name = try resolve(session)
        return try await logins.run(name.text, arguments) { () throws(TurnkeyError) in
            try self.checkMinimum(expirationSeconds)
            try await self.checkTerms(expirationSeconds: expirationSeconds)
            let user = try await self.prepareStore()
            let lock = try self.lockLogin(of: name)
            defer { withExtendedLifetime(lock) {} }
            let order = SessionOrder(name, expirationSeconds, user, acceptance)
            let begun = try await start(order)
            let session = try await SessionCompletion(context: self, order: order).complete(begun)
            self.events.publish(.created(session: name, publicKey: session.publicKey))
            return session
        }
    }

    fileprivate func startMadeBundle(
        _ order: SessionOrder,
        _ make: @Sendable (LoginRequest) async throws -> MadeBundle
    ) async throws(TurnkeyError) -> TurnkeySession {
        let target = try await SessionFailure.Step.prepareFrame.run("InitEmbeddedKey") { () throws(TurnkeyError) in
            try await initEmbeddedKey()
        }
        let start = ContinuousClock.now
        let made = try await SessionFailure.Step.register.run(nil) { () throws(TurnkeyError) in
            do { return try await make(makeRequest(order, publicKey: target)) } catch { throw .passkey(error) }
        }
        let useless = SessionFailure.Remains.useless(key: made.publicKey)
        try await SessionFailure.Step.verify.run(nil, remains: useless) { () throws(TurnkeyError) in
            try await accept(made.userId, storedUserId: order.user?.userId, order.acceptance)
        }
        let publicKey = try await SessionFailure.Step.start.run("InjectCredentialBundle", remains: useless) {
            () throws(TurnkeyError) in
            // The frame would refuse it by this error.
            do { return try PublicKey(made.publicKey) } catch {
                throw .frame(.invalidParameter(parameter: "expectPublicKey"))
            }
        }
        let session = PasskeySession(
            credentialBundle: made.credentialBundle,
            publicKey: publicKey,
            terms: RunningTerms(
                userId: made.userId,
                organizationId: made.organizationId,
                expiry: Expiry(start, expirationSeconds: min(order.expirationSeconds, made.expirationSeconds))
            )
        )
        return try await uncancelled { () throws(TurnkeyError) in
            let begun = try await SessionFailure.Step.start.run("InjectCredentialBundle", remains: useless) {
                () throws(TurnkeyError) in try await self.start(session, as: order.name)
            }
            try await StoreStep(context: self, order: order).storeOrEnd(begun)
            return begun
        }
    }

    func makeRequest(_ order: SessionOrder, publicKey: String) -> LoginRequest {
        LoginRequest(
            organizationId: order.user?.organization.organizationId ?? config.defaultOrganizationId,
            userId: order.user?.userId,
            publicKey: publicKey,
            expirationSeconds: order.expirationSeconds
        )
    }
}
