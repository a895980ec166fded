// SPDX-License-Identifier: Apache-2.0

extension Turnkey {
    /// As `PasskeyClient.loginWithPasskey` with `stampLogin`; the request is written and stamped by `approve`, and checked
    /// by what the API's notarizer answers to it.
    ///
    /// - Throws: as `loginWithPasskey`; what `approve` throws is `.passkey`, in `.session`.
    @discardableResult
    public func login(
        session: String? = nil,
        expirationSeconds: Int = 900,
        acceptingUser: UserAcceptance? = nil,
        stampedBy approve: @escaping @Sendable (LoginRequest) async throws -> StampedLogin
    ) async throws(TurnkeyError) -> TurnkeySession {
        let wish = Wish("login", "stampedBy", hasClosure: true)
        return try await context.begin(session, expirationSeconds, acceptingUser, wish) { order throws(TurnkeyError) in
            _ = try await context.initEmbeddedKey()
            return try await context.startGeneratedKey(order, by: .stampedLogin(approve))
        }
    }

    /// As `PasskeyClient.loginWithPasskey` with `bundle`; the key is made, registered and sealed by `make`, which counts
    /// its life from a moment after this began.
    ///
    /// - Throws: as `loginWithPasskey`; what `make` throws is `.passkey`, in `.session`.
    @discardableResult
    public func login(
        session: String? = nil,
        expirationSeconds: Int = 900,
        acceptingUser: UserAcceptance? = nil,
        bundledBy make: @escaping @Sendable (LoginRequest) async throws -> MadeBundle
    ) async throws(TurnkeyError) -> TurnkeySession {
        let wish = Wish("login", "bundledBy", hasClosure: true)
        return try await context.begin(session, expirationSeconds, acceptingUser, wish) { order throws(TurnkeyError) in
            try await context.startMadeBundle(order, make)
        }
    }
}

extension SessionContext {
    /// What every login does before and after the session begins.
    func begin(
        _ session: String?,
        _ expirationSeconds: Int,
        _ acceptance: UserAcceptance?,
        _ wish: Wish,
        _ start: @escaping @Sendable (SessionOrder) async throws(TurnkeyError) -> TurnkeySession
    ) async throws(TurnkeyError) -> TurnkeySession {
        let name = try resolve(session)
        return try await logins.run(name, wish) { () throws(TurnkeyError) in
            try self.checkMinimum(expirationSeconds)
            try await self.checkTerms(expirationSeconds: expirationSeconds)
            let user = try await self.prepareStore()
            let lock = try self.lockLogin(of: name)
            defer { withExtendedLifetime(lock) {} }
            let begun = try await start(SessionOrder(name, expirationSeconds, user, acceptance))
            let session = try await self.complete(begun)
            self.events.publish(.created(session: name, publicKey: session.publicKey))
            return session
        }
    }

    fileprivate func startMadeBundle(
        _ order: SessionOrder,
        _ make: @Sendable (LoginRequest) async throws -> MadeBundle
    ) async throws(TurnkeyError) -> TurnkeySession {
        let target = try await step(.prepareFrame, "InitEmbeddedKey", remains: .nothing) { () throws(TurnkeyError) in
            try await initEmbeddedKey()
        }
        let start = Expiry.Start()
        let made = try await step(.register, nil, remains: .nothing) { () throws(TurnkeyError) in
            do { return try await make(makeRequest(order, publicKey: target)) } catch { throw .passkey(error) }
        }
        let useless = SessionFailure.Remains.useless(key: made.publicKey)
        try await step(.verify, nil, remains: useless) { () throws(TurnkeyError) in
            try await accept(made.userId, storedUserId: order.user?.userId, order.acceptance)
        }
        let session = PasskeySession(
            credentialBundle: made.credentialBundle,
            publicKey: made.publicKey,
            userId: made.userId,
            organizationId: made.organizationId,
            expiry: Expiry(start, expirationSeconds: min(order.expirationSeconds, made.expirationSeconds))
        )
        return try await uncancelled { () throws(TurnkeyError) in
            let begun = try await self.step(.start, "InjectCredentialBundle", remains: useless) {
                () throws(TurnkeyError) in try await self.start(session, as: order.name)
            }
            try await self.storeOrEnd(begun, order.expirationSeconds)
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
