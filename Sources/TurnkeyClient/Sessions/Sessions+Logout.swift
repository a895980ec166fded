// SPDX-License-Identifier: Apache-2.0
public import StampClient

/// What a logout did at the API.
public enum Revocation: Sendable {
    /// Nothing was asked for: the key stays registered until it expires, but its private key no longer exists.
    case notAsked
    /// The key was deleted at the API.
    case deleted
    /// The session was over already, so it could not stamp the deletion.
    case sessionWasOver
    /// The deletion failed, and the key stays registered until it expires.
    case failed(TurnkeyError)
}

extension Sessions {
    /// Ends a session in the frame, for all programs, and forgets it. With the last session the user is forgotten too.
    ///
    /// A login or refresh of the session that is in progress, in this or another process, does not start it afterwards,
    /// because the key that waits for it is dropped.
    ///
    /// - Parameters:
    ///   - session: The session's name; the selected one if absent.
    ///   - revoking: Whether to delete its key at the API first.
    /// - Returns: What was done at the API.
    /// - Throws: `.frame` and `.store`, and then it is unknown whether the session has ended. A session that was over
    ///   already is not an error.
    @discardableResult
    public func logout(_ session: SessionName? = nil, revoking: Bool = false) async throws(TurnkeyError) -> Revocation {
        let name = try context.resolve(session)
        let lock = try? context.lockLogin(of: name)
        defer { withExtendedLifetime(lock) {} }
        let revocation = revoking ? try await context.revoke(name) : .notAsked
        if lock == nil { await context.dropWaitingKey(of: name) }
        var isTold = true
        do throws(TurnkeyError) {
            try await context.endSession(name)
        } catch .frame(.noSession), .frame(.sessionExpired) {
            isTold = false  // it has ended; the store may not know, and the frame sends no event
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
    /// Makes the session delete its own key.
    fileprivate func revoke(_ name: SessionName) async throws(TurnkeyError) -> Revocation {
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
            try await client.deleteApiKey(publicKey: session.publicKey.text, userId: userId)
            return .deleted
        } catch  where error.fallback == .passkey {
            return .sessionWasOver
        } catch {
            return .failed(error)
        }
    }
}
