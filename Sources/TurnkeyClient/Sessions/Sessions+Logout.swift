// SPDX-License-Identifier: Apache-2.0
import StampClient

/// What a logout did besides ending the session in the frame and in the store.
public enum Revocation: Sendable {
    /// It was not asked for: the key stays registered, and expires; nobody has its private half.
    case notAsked
    /// The key was deleted at the API.
    case deleted
    /// The session was over already, so nothing could stamp the deletion.
    case sessionWasOver
    /// The key stays registered, and expires.
    case failed(TurnkeyError)
}

extension Sessions {
    /// Ends a session (the selected one where absent) in the frame, for everyone, and forgets it; with `revoking`, the key
    /// is deleted at the API first. With the last session the user is forgotten too. A login or refresh of the session that
    /// is under way, here or in another process, starts nothing after this: the key that waits for it is dropped.
    ///
    /// - Throws: `.frame`, `.store`: then it is not known to have ended. That it was over already is no error.
    @discardableResult
    public func logout(_ session: String? = nil, revoking: Bool = false) async throws(TurnkeyError) -> Revocation {
        let name = try context.resolve(session)
        let lock = try? context.lockLogin(of: name)
        defer { withExtendedLifetime(lock) {} }
        let revocation = revoking ? try await context.revoke(name) : .notAsked
        if lock == nil { await context.dropWaitingKey(of: name) }
        var isTold = true
        do throws(TurnkeyError) {
            try await context.endSession(name)
        } catch .frame(.noSession), .frame(.sessionExpired) {
            isTold = false  // It has ended; the store may not know, and the frame has nothing to tell.
        }
        let forgotten = try await context.updateState { state in
            let forgotten = state[name]
            state[name] = nil
            if state.selectedSession == name { state.selectedSession = nil }
            if state.sessions.isEmpty { state.login = nil }
            return forgotten
        }
        if let forgotten, !isTold {
            context.events.publish(.cleared(session: name, publicKey: forgotten.publicKey))
        }
        return revocation
    }
}

extension SessionContext {
    /// Has the session delete its own key.
    fileprivate func revoke(_ name: String) async throws(TurnkeyError) -> Revocation {
        let session: Session
        do throws(TurnkeyError) {
            session = try await look(at: name)
        } catch .frame(.noSession), .frame(.sessionExpired) {
            return .sessionWasOver
        }
        do throws(TurnkeyError) {
            let client = makeClient(
                session: name,
                organizationId: try requireOrganization(session.organizationId),
                expecting: session.publicKey
            )
            let userId = if let userId = session.userId { userId } else { try await client.getWhoami().userId }
            try await client.deleteApiKey(publicKey: session.publicKey, userId: userId)
            return .deleted
        } catch  where error.fallback == .passkey {
            return .sessionWasOver
        } catch {
            return .failed(error)
        }
    }
}
