// SPDX-License-Identifier: Apache-2.0
import Foundation
import Passkeys
import StampClient

/// The start of a session with a key that the frame makes: the registrar registers it by stamp_login, and the frame
/// activates it once the token is verified.
struct GeneratedKeyStart: Sendable {
    private typealias Step = SessionFailure.Step

    let context: SessionContext
    let order: SessionOrder
    let registrar: KeyRegistrar

    /// Has the frame make a key, `registrar` register it by stamp_login, and the frame start it as the session.
    ///
    /// - Throws: `.session`; the frame's key is then useless, and dropped.
    func run() async throws(TurnkeyError) -> TurnkeySession {
        let key = try await Step.prepareFrame.run("CreateSessionKey") { () throws(TurnkeyError) in
            try await context.createSessionKey(order.name)
        }
        do throws(TurnkeyError) {
            return try await registerAndStart(key)
        } catch {
            await context.dropSessionKey(key)
            guard case .session(let failure) = error else { throw error }
            throw .session(await explain(failure))
        }
    }

    /// Replaces the failure by what another program did meanwhile, if the frame no longer has the key or session.
    private func explain(_ failure: SessionFailure) async -> SessionFailure {
        var failure = failure
        if case .frame(.unknownSessionKey) = failure.cause {
            failure.cause = .keyReplaced(session: order.name)
            if order.isRefresh {
                do throws(TurnkeyError) { _ = try await context.look(at: order.name) } catch { failure.cause = error }
            }
        }
        if order.isRefresh, case .frame(.noSession) = failure.cause {
            failure.cause = .sessionEnded(session: order.name)
        }
        return failure
    }

    private func registerAndStart(_ key: PublicKey) async throws(TurnkeyError) -> TurnkeySession {
        let start = ContinuousClock.now
        let token = try await register(key)
        let expiry = try await verify(token, start)
        return try await uncancelled { () throws(TurnkeyError) in
            let session = try await Step.start.run("ActivateSession", remains: .useless(key: key.text)) {
                () throws(TurnkeyError) in try await activate(token, expiry)
            }
            return try await StoreStep(context: context, order: order).keep(session)
        }
    }

    private func register(_ key: PublicKey) async throws(TurnkeyError) -> SessionToken {
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
                return try await submit(key, approve)
            }
        } catch {
            let isToken = if case .invalidSessionToken = error { true } else { false }
            let remains: SessionFailure.Remains = error.isBeforeRegistration ? .nothing : .useless(key: key.text)
            let path = "/public/v1/submit/stamp_login"
            let step: Step = isToken ? .verify : .register
            throw .session(SessionFailure(step: step, endPoint: path, cause: error, remains: remains))
        }
    }

    private func submit(
        _ key: PublicKey,
        _ approve: @Sendable (LoginRequest) async throws -> StampedLogin
    ) async throws(TurnkeyError) -> SessionToken {
        let request = context.makeRequest(order, publicKey: key.text)
        let login: StampedLogin
        do { login = try await approve(request) } catch { throw .passkey(error) }
        // There is one stamp and no stamper, so a pending activity is not polled.
        let client = APIClient(
            organizationId: request.organizationId,
            stamper: OneStamp(header: login.stamp),
            connection: context.connection
        )
        let activity = try await client.submit("stamp_login", body: login.body)
        return try client.readToken(activity, for: key, acceptingSubOrganization: order.user == nil)
    }

    /// Checks the user, who must be the stored one or accepted, and shortens the session's life to the token's.
    private func verify(
        _ token: SessionToken,
        _ start: ContinuousClock.Instant
    ) async throws(TurnkeyError) -> Expiry {
        try await Step.verify.run("/public/v1/submit/stamp_login", remains: .useless(key: token.publicKey.text)) {
            () throws(TurnkeyError) in
            try await context.accept(token.userId, storedUserId: order.user?.userId, order.acceptance)
            let tokenSeconds = Expiry.seconds(from: start, to: token.expiresAt)
            // A session profile may shorten the token's life. If it is over already, a clock is wrong; as the API's own
            // time is unknown, the token's end then means nothing.
            guard Duration.seconds(tokenSeconds) > Expiry.safetyMargin else {
                throw .clockIsWrong(differenceSeconds: order.expirationSeconds - tokenSeconds)
            }
            return Expiry(start, expirationSeconds: min(order.expirationSeconds, tokenSeconds))
        }
    }

    private func activate(_ token: SessionToken, _ expiry: Expiry) async throws(TurnkeyError) -> TurnkeySession {
        let terms = RunningTerms(userId: token.userId, organizationId: token.organizationId, expiry: expiry)
        return try await context.activate(token.publicKey, as: order.name, terms)
    }
}

/// Who registers a key that the frame made.
enum KeyRegistrar: Sendable {
    case client(APIClient, invalidateExisting: Bool, acceptingSubOrganization: Bool)
    case stampedLogin(@Sendable (LoginRequest) async throws -> StampedLogin)
}

/// A stamp that was made elsewhere, for one body.
private struct OneStamp: Stamper {
    let header: StampHeader

    /// A second stamp would ask the user again.
    var promptsUser: Bool { true }

    func stamp(_ body: Data) async throws(TurnkeyError) -> StampHeader { header }
}
