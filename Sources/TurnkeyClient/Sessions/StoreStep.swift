// SPDX-License-Identifier: Apache-2.0

/// The step of a login or refresh that stores the session that has begun.
struct StoreStep: Sendable {
    let context: SessionContext
    let order: SessionOrder

    /// Stores a session that has begun. If that fails, the session is ended, but a refreshed one goes on, since the one
    /// it replaced is gone.
    func keep(_ session: TurnkeySession) async throws(TurnkeyError) -> TurnkeySession {
        guard order.isRefresh else {
            try await storeOrEnd(session)
            return session
        }
        var session = session
        do throws(TurnkeyError) {
            try await context.store(session, order.expirationSeconds)
        } catch .store(let error) {
            session.warnings.append(.notStored(error))
        }
        return session
    }

    /// Stores a session, or ends it: at the API first, because only the session itself can stamp that.
    func storeOrEnd(_ session: TurnkeySession) async throws(TurnkeyError) {
        do throws(TurnkeyError) {
            try await context.store(session, order.expirationSeconds)
        } catch {
            let client = context.makeClient(session: session.name, organizationId: session.organizationId)
            let remains = await context.delete(
                session.publicKey,
                of: session.userId,
                expirationSeconds: order.expirationSeconds,
                stampedBy: client
            )
            try? await context.endSession(session.name)
            throw .session(SessionFailure(step: .store, endPoint: nil, cause: error, remains: remains))
        }
    }
}
