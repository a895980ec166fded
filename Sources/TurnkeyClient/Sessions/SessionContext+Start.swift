// SPDX-License-Identifier: Apache-2.0
import Foundation
import Logging
import StampClient

extension SessionContext {
    /// Does `work`; what it throws is the failure of `step`, unless it says itself which step failed.
    func step<Result>(
        _ step: SessionFailure.Step,
        _ endPoint: String?,
        remains: SessionFailure.Remains,
        _ work: () async throws(TurnkeyError) -> Result
    ) async throws(TurnkeyError) -> Result {
        do throws(TurnkeyError) {
            return try await work()
        } catch .session(let failure) {
            throw .session(failure)
        } catch {
            throw .session(SessionFailure(step: step, endPoint: endPoint, cause: error, remains: remains))
        }
    }

    func lockLogin(of session: String) throws(TurnkeyError) -> FileLock {
        let store = try store
        do throws(StoreError) { return try store.lockLogin(of: session) } catch { throw .store(error) }
    }

    /// Has the frame make a key, `registrar` register it by stamp_login, and the frame start it as the order's session.
    ///
    /// - Throws: `.session`; the frame's key is useless then, and is dropped.
    func startGeneratedKey(
        _ order: SessionOrder,
        by registrar: KeyRegistrar
    ) async throws(TurnkeyError) -> TurnkeySession {
        let key = try await step(.prepareFrame, "CreateSessionKey", remains: .nothing) { () throws(TurnkeyError) in
            try await createSessionKey(order.name)
        }
        do throws(TurnkeyError) {
            return try await registerAndStart(key, order, registrar)
        } catch {
            await dropSessionKey(key)
            throw error
        }
    }

    private func registerAndStart(
        _ key: String,
        _ order: SessionOrder,
        _ registrar: KeyRegistrar
    ) async throws(TurnkeyError) -> TurnkeySession {
        let start = Expiry.Start()
        let token = try await register(key, order, registrar)
        let expiry = try await verify(token, order, start)
        return try await uncancelled { () throws(TurnkeyError) in
            let session = try await self.step(.start, "ActivateSession", remains: .useless(key: key)) {
                () throws(TurnkeyError) in try await self.activate(token, order.name, expiry)
            }
            return try await self.keep(session, order)
        }
    }

    private func register(
        _ key: String,
        _ order: SessionOrder,
        _ registrar: KeyRegistrar
    ) async throws(TurnkeyError) -> SessionToken {
        do throws(TurnkeyError) {
            switch registrar {
            case .client(let client, let invalidateExisting, let acceptingSubOrganization):
                return try await client.stampLogin(
                    publicKey: key,
                    expirationSeconds: order.expirationSeconds,
                    invalidateExisting: invalidateExisting,
                    acceptingSubOrganization: acceptingSubOrganization
                )
            case .stampedLogin(let approve):
                return try await submit(makeRequest(order, publicKey: key), isUserKnown: order.user != nil, approve)
            }
        } catch {
            let isToken = if case .invalidSessionToken = error { true } else { false }
            let remains: SessionFailure.Remains = error.isBeforeRegistration ? .nothing : .useless(key: key)
            let path = "/public/v1/submit/stamp_login"
            let step: SessionFailure.Step = isToken ? .verify : .register
            throw .session(SessionFailure(step: step, endPoint: path, cause: error, remains: remains))
        }
    }

    private func submit(
        _ request: LoginRequest,
        isUserKnown: Bool,
        _ approve: @Sendable (LoginRequest) async throws -> StampedLogin
    ) async throws(TurnkeyError) -> SessionToken {
        let login: StampedLogin
        do { login = try await approve(request) } catch { throw .passkey(error) }
        // Stamped once, so there is no stamper, and a pending activity is not polled.
        let client = APIClient(
            organizationId: request.organizationId,
            stamper: OneStamp(header: login.stamp),
            connection: connection
        )
        let activity = try await client.submit("stamp_login", body: login.body)
        return try client.readToken(activity, for: request.publicKey, acceptingSubOrganization: !isUserKnown)
    }

    /// The user must be the stored one, or be accepted; the token's life counts where it is the shorter.
    private func verify(
        _ token: SessionToken,
        _ order: SessionOrder,
        _ start: Expiry.Start
    ) async throws(TurnkeyError) -> Expiry {
        try await step(.verify, "/public/v1/submit/stamp_login", remains: .useless(key: token.publicKey)) {
            () throws(TurnkeyError) in
            try await accept(token.userId, storedUserId: order.user?.userId, order.acceptance)
            let left = token.expiresAt.timeIntervalSince(start.date).rounded(.down)
            let tokenSeconds = Int(max(-Self.farSeconds, min(left, Self.farSeconds)))
            // A session profile may cut the token's life. One that is over already is a clock that is wrong: the API's
            // own moment is not known, so the token's end means nothing.
            guard Duration.seconds(tokenSeconds) > Expiry.safetyMargin else {
                throw .clockIsWrong(differenceSeconds: order.expirationSeconds - tokenSeconds)
            }
            return Expiry(start, expirationSeconds: min(order.expirationSeconds, tokenSeconds))
        }
    }

    /// A token's end is any number; so far away it makes no difference.
    private static let farSeconds: TimeInterval = 1_000_000_000

    private func activate(
        _ token: SessionToken,
        _ name: String,
        _ expiry: Expiry
    ) async throws(TurnkeyError) -> TurnkeySession {
        events.explainStart(of: token.publicKey)
        let terms = SessionTerms(
            expirationSeconds: expiry.remainingSeconds,
            organizationId: token.organizationId,
            userId: token.userId
        )
        do throws(StampError) {
            let started = try await control.activateSession(publicKey: token.publicKey, terms: terms)
            frame.expect(started.publicKey, of: started.name)
        } catch {
            throw .frame(error)
        }
        return TurnkeySession(
            name: name,
            publicKey: token.publicKey,
            userId: token.userId,
            organizationId: token.organizationId,
            origin: .generated,
            expiry: expiry
        )
    }

    /// Injects a bundle that this process has made.
    func start(_ session: PasskeySession, as name: String) async throws(TurnkeyError) -> TurnkeySession {
        try await start(
            session.credentialBundle,
            as: name,
            expectPublicKey: session.publicKey,
            organizationId: session.organizationId,
            userId: session.userId,
            session.expiry
        )
    }

    func start(
        _ bundle: String,
        as name: String,
        expectPublicKey: String?,
        organizationId: String,
        userId: String,
        _ expiry: Expiry
    ) async throws(TurnkeyError) -> TurnkeySession {
        if let expectPublicKey { events.explainStart(of: expectPublicKey) }
        guard expiry.remainingSeconds > 0 else { throw .frame(.sessionExpired(session: name, fallback: .passkey)) }
        let terms = SessionTerms(
            expirationSeconds: expiry.remainingSeconds,
            organizationId: organizationId,
            userId: userId
        )
        let session = try await inject(bundle, as: name, terms: terms, expectPublicKey: expectPublicKey)
        return TurnkeySession(
            name: name,
            publicKey: session.publicKey,
            userId: userId,
            organizationId: organizationId,
            origin: .bundle,
            expiry: expiry
        )
    }

    /// Stores a session that has begun. One that cannot be stored is ended again; but a refreshed one goes on, since the
    /// one that it replaced is gone.
    func keep(_ session: TurnkeySession, _ order: SessionOrder) async throws(TurnkeyError) -> TurnkeySession {
        guard order.isRefresh else {
            try await storeOrEnd(session, order.expirationSeconds)
            return session
        }
        var session = session
        do throws(TurnkeyError) {
            try await store(session, order.expirationSeconds)
        } catch .store(let error) {
            session.warnings.append(.notStored(error))
        }
        return session
    }

    /// A session that cannot be stored is ended again, at the API first, for only it can still stamp that.
    func storeOrEnd(_ session: TurnkeySession, _ expirationSeconds: Int) async throws(TurnkeyError) {
        do throws(TurnkeyError) {
            try await store(session, expirationSeconds)
        } catch {
            let client = makeClient(session: session.name, organizationId: session.organizationId)
            let remains = await delete(
                session.publicKey,
                of: session.userId,
                expirationSeconds: expirationSeconds,
                stampedBy: client
            )
            try? await endSession(session.name)
            throw .session(SessionFailure(step: .store, endPoint: nil, cause: error, remains: remains))
        }
    }

    /// What is told of a session that has begun: the user's names, and what is worth a warning.
    ///
    /// `isRefresh`: nobody has logged in, so the last login stays who it was, with the configuration that it had.
    /// - Throws: `.session` where the API says that the session is another user's than whoever made its bundle said; it
    ///   is ended then. Nothing else fails it.
    func complete(_ session: TurnkeySession, isRefresh: Bool = false) async throws(TurnkeyError) -> TurnkeySession {
        var session = session
        let client = makeClient(session: session.name, organizationId: session.organizationId)
        if let user = await readUser(of: session, client) {
            guard user.userId == session.userId else { throw await end(session, of: user.userId, client) }
            if !isRefresh { await storeLogin(user) }
        }
        session.warnings += await findWarnings(client, userId: session.userId)
        return session
    }

    private func storeLogin(_ user: TurnkeyUser) async {
        do throws(TurnkeyError) { try await updateState { $0.login = makeLogin(user) } } catch {
            connection.logger.info("the session's user was not stored", metadata: ["reason": "\(error)"])
        }
    }

    private func readUser(of session: TurnkeySession, _ client: APIClient) async -> TurnkeyUser? {
        do throws(TurnkeyError) {
            return TurnkeyUser(try await client.getWhoami())
        } catch {
            connection.logger.info("the session's user was not read", metadata: ["reason": "\(error)"])
            return nil
        }
    }

    private func end(_ session: TurnkeySession, of userId: String, _ client: APIClient) async -> TurnkeyError {
        let cause = TurnkeyError.anotherUser(userId: userId, expected: session.userId)
        let left = session.expiry.remainingSeconds
        let remains = await delete(session.publicKey, of: userId, expirationSeconds: left, stampedBy: client)
        try? await uncancelled { () throws(TurnkeyError) in
            try? await self.endSession(session.name)
            try await self.updateState { state in
                guard state[session.name]?.publicKey == session.publicKey else { return }
                state[session.name] = nil
            }
        }
        let endPoint = "/public/v1/query/whoami"
        return .session(SessionFailure(step: .verify, endPoint: endPoint, cause: cause, remains: remains))
    }
}

/// Who has the API register a key that the frame made.
enum KeyRegistrar: Sendable {
    case client(APIClient, invalidateExisting: Bool, acceptingSubOrganization: Bool)
    case stampedLogin(@Sendable (LoginRequest) async throws -> StampedLogin)
}

/// A stamp that was made elsewhere, for one body.
private struct OneStamp: Stamper {
    let header: StampHeader

    /// A second stamp would ask somebody again.
    var promptsUser: Bool { true }

    func stamp(_ body: Data) async throws(TurnkeyError) -> StampHeader { header }
}
