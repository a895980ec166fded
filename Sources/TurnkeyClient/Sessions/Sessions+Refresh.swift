// SPDX-License-Identifier: Apache-2.0
import Logging
import StampClient

extension Sessions {
    /// Goes on with a new key before the old one ends, and asks nobody: the frame makes it, the old key registers it by
    /// stamp_login, and the frame puts it in the old one's place once the API vouches for it. Until then the old key
    /// stamps.
    ///
    /// Callers at the same time who ask for the same share one refresh; others wait for their turn. `session` is the selected one where absent; `expirationSeconds`: as
    /// long as the old one was asked for. `invalidateExisting` ends the user's other login sessions too.
    /// - Throws: `.frame` and `.api` with the fallback `passkey` where the session is over;
    ///   `.frame(.publicKeyMismatch)` where somebody else put another in its place; else `.session`, and the old session
    ///   stamps on, once it has deleted what was registered for nothing.
    @discardableResult
    public func refresh(
        _ session: String? = nil,
        expirationSeconds: Int? = nil,
        invalidateExisting: Bool = false
    ) async throws(TurnkeyError) -> TurnkeySession {
        let name = try context.resolve(session)
        let wish = Wish("refresh", expirationSeconds.map { "\($0)" } ?? "as before", "\(invalidateExisting)")
        return try await context.logins.run(name, wish) { () throws(TurnkeyError) in
            try await context.refresh(name, expirationSeconds, invalidateExisting)
        }
    }

    /// Refreshes the session each time it nears its end, until the task is cancelled: opt-in auto-refresh.
    ///
    /// Nearing is 60 s ahead, or a quarter of a shorter life, which the API may have cut. A network that is down is tried
    /// again while the session lives.
    /// - Throws: what ends it: `.cancelled`, or an error that waiting does not mend; its fallback is `passkey` where the
    ///   session was over. `.frame(.publicKeyMismatch)` where somebody else put another session in its place.
    public func keepRefreshing(_ session: String? = nil, expirationSeconds: Int = 900) async throws(TurnkeyError) {
        let name = try context.resolve(session)
        try context.checkMinimum(expirationSeconds)
        do throws(TurnkeyError) {
            var watch = Watch(life: .seconds(expirationSeconds))
            while true { try await waitAndRefresh(name, expirationSeconds, &watch) }
        } catch {
            guard !Task.isCancelled else { throw .cancelled }
            throw error
        }
    }

    private struct Watch {
        /// How long the session lives that was refreshed last.
        var life: Duration
        var publicKey: String?
    }

    private func waitAndRefresh(
        _ name: String,
        _ expirationSeconds: Int,
        _ watch: inout Watch
    ) async throws(TurnkeyError) {
        let lead = min(Duration.seconds(60), watch.life / 4)
        let left = try await look(name, &watch)
        // Short sleeps: a timer may stand still in suspend, and the frame's clock does not.
        guard left <= lead else { return try await pause(min(left - lead, .seconds(15))) }
        do throws(TurnkeyError) {
            let new = try await refresh(name, expirationSeconds: expirationSeconds)
            watch = Watch(life: new.expiry.remaining(), publicKey: new.publicKey)
        } catch  where error.fallback == .retry {
            try await pause(min(lead / 4, .seconds(5)))
        }
    }

    /// What is left of the session. One that somebody put in its place is not kept alive.
    private func look(_ name: String, _ watch: inout Watch) async throws(TurnkeyError) -> Duration {
        guard let session = try await context.listSessions().first(where: { $0.name == name }) else {
            return .milliseconds(try await context.look(at: name).expiresInMilliseconds)
        }
        if let known = watch.publicKey, known != session.publicKey,
            await !context.isKnown(session.publicKey, as: name)
        {
            throw .frame(.publicKeyMismatch(publicKey: session.publicKey, fallback: .never))
        }
        watch.publicKey = session.publicKey
        return .milliseconds(session.expiresInMilliseconds)
    }

    private func pause(_ duration: Duration) async throws(TurnkeyError) {
        guard (try? await Task.sleep(for: duration, clock: .continuous)) != nil else { throw .cancelled }
    }
}

extension SessionContext {
    fileprivate func refresh(
        _ name: String,
        _ expirationSeconds: Int?,
        _ invalidateExisting: Bool
    ) async throws(TurnkeyError) -> TurnkeySession {
        let old = try await lookAtOwn(name)
        let stored = try readState()[name].flatMap { $0.publicKey == old.publicKey ? $0 : nil }
        let seconds = expirationSeconds ?? stored?.expirationSeconds ?? 900
        try checkMinimum(seconds)
        try await checkTerms(expirationSeconds: seconds)
        _ = try await prepareStore()
        let lock = try lockLogin(of: name)
        defer { withExtendedLifetime(lock) {} }
        let organizationId = try requireOrganization(stored?.organizationId ?? old.organizationId)
        let client = makeClient(session: name, organizationId: organizationId, expecting: old.publicKey)
        var order = SessionOrder(name, seconds, nil, nil)
        order.isRefresh = true
        events.explainEnd(of: old.publicKey)
        do throws(TurnkeyError) {
            let registrar = KeyRegistrar.client(
                client,
                invalidateExisting: invalidateExisting,
                acceptingSubOrganization: false
            )
            let new = try await startGeneratedKey(order, by: registrar)
            events.publish(.refreshed(session: name, publicKey: new.publicKey))
            return try await complete(new, isRefresh: true)
        } catch {
            events.expectEnd(of: old.publicKey)
            guard case .session(let failure) = error else { throw error }
            throw .session(await deleteUseless(failure, old, of: old.userId ?? stored?.userId, organizationId))
        }
    }

    /// Has the session that goes on delete the key that was registered for nothing, and says whether that is done.
    ///
    /// The old key alone: where the frame has put the new one in its place after all, that one is in use.
    private func deleteUseless(
        _ failure: SessionFailure,
        _ old: Session,
        of userId: String?,
        _ organizationId: String
    ) async -> SessionFailure {
        guard case .useless(let key) = failure.remains else { return failure }
        let client = makeClient(
            session: old.name,
            organizationId: organizationId,
            expecting: old.publicKey,
            acceptsReplacement: false
        )
        do throws(TurnkeyError) {
            let isDeleted = try await uncancelled { () throws(TurnkeyError) in
                let owner = if let userId { userId } else { try await client.getWhoami().userId }
                return try await client.deleteApiKey(publicKey: key, userId: owner)
            }
            guard isDeleted else { return failure }
        } catch {
            connection.logger.info("a key was not deleted", metadata: ["reason": "\(error)"])
            return failure
        }
        return SessionFailure(
            step: failure.step,
            endPoint: failure.endPoint,
            cause: failure.cause,
            remains: .deleted
        )
    }
}
