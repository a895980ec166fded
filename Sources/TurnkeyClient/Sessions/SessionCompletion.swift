// SPDX-License-Identifier: Apache-2.0
import Logging

/// What a login or refresh does once the session has begun and is stored.
struct SessionCompletion: Sendable {
    let context: SessionContext
    let order: SessionOrder

    /// Completes a session that has begun with the user's names and warnings.
    ///
    /// For a refresh the last login stays as it is, since no login took place.
    ///
    /// - Throws: `.session` if the API reports another user than the maker of the bundle; the session is then ended.
    ///   Nothing else is an error here.
    func complete(_ session: TurnkeySession) async throws(TurnkeyError) -> TurnkeySession {
        var session = session
        let client = context.makeClient(session: session.name, organizationId: session.organizationId)
        if let user = await readUser(of: session, client) {
            guard user.userId == session.userId else { throw await end(session, of: user.userId, client) }
            if !order.isRefresh { await storeLogin(user) }
        }
        session.warnings += await context.findWarnings(client, userId: session.userId)
        return session
    }

    private func storeLogin(_ user: TurnkeyUser) async {
        do throws(TurnkeyError) { try await context.updateState { $0.login = context.makeLogin(user) } } catch {
            context.connection.logger.info("the session's user was not stored", metadata: ["reason": "\(error)"])
        }
    }

    private func readUser(of session: TurnkeySession, _ client: APIClient) async -> TurnkeyUser? {
        do throws(TurnkeyError) {
            return TurnkeyUser(try await client.getWhoami())
        } catch {
            context.connection.logger.info("the session's user was not read", metadata: ["reason": "\(error)"])
            return nil
        }
    }

    private func end(_ session: TurnkeySession, of userId: String, _ client: APIClient) async -> TurnkeyError {
        let cause = TurnkeyError.anotherUser(userId: userId, expected: session.userId)
        let left = session.expiry.remainingSeconds
        let remains = await context.delete(session.publicKey, of: userId, expirationSeconds: left, stampedBy: client)
        try? await uncancelled { () throws(TurnkeyError) in
            try? await context.endSession(session.name)
            try await context.updateState { state in
                guard state[session.name]?.publicKey == session.publicKey else { return }
                state[session.name] = nil
            }
        }
        let endPoint = "/public/v1/query/whoami"
        return .session(SessionFailure(step: .verify, endPoint: endPoint, cause: cause, remains: remains))
    }
}
