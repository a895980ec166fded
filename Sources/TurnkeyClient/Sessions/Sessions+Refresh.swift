// SPDX-License-Identifier: Apache-2.0
public import StampClient

extension Sessions {
    /// Replaces a session's key by a new one before it ends, without an approval: the frame makes the key, the old key
    /// registers it by stamp_login, and the frame puts it in the old one's place once the token is verified. Until then
    /// the old key stamps.
    ///
    /// Concurrent callers who ask for the same share one refresh; others wait for their turn.
    ///
    /// - Parameters:
    ///   - session: The session's name; the selected one if absent.
    ///   - expirationSeconds: The new life; if absent, what was asked for the old one.
    ///   - invalidateExisting: Whether the user's other login sessions end.
    /// - Returns: The session.
    /// - Throws: `.frame` and `.api` with the fallback `passkey` if the session is over; `.frame(.publicKeyMismatch)`
    ///   if another program replaced it; else `.session`, and then the old session stamps on, after it deleted the key
    ///   that was registered for nothing.
    @discardableResult
    public func refresh(
        _ session: SessionName? = nil,
        expirationSeconds: Int? = nil,
        invalidateExisting: Bool = false
    ) async throws(TurnkeyError) -> TurnkeySession {
        let name = try context.resolve(session)
        let arguments = FlightArguments(
            "refresh",
            expirationSeconds.map { "\($0)" } ?? "as before",
            "\(invalidateExisting)"
        )
        return try await context.logins.run(name.text, arguments) { () throws(TurnkeyError) in
            try await SessionRefresh(
                context: context,
                name: name,
                expirationSeconds: expirationSeconds,
                invalidateExisting: invalidateExisting
            ).run()
        }
    }

    /// Refreshes the session each time its end is near, until the task is cancelled or a refresh fails for a reason that
    /// another try cannot cure. It never returns normally.
    ///
    /// The end is near when 60 s of the session are left, or a quarter of its life where that is less; its life may be shorter
    /// than was asked for. A refresh that fails because the network is down is tried again while the session lives.
    ///
    /// - Parameters:
    ///   - session: The session's name; `nil` for the configuration's.
    ///   - expirationSeconds: The life that each refresh asks for, in seconds from then on; at least 10.
    /// - Throws: `.cancelled` when the task is cancelled; `.frame(.publicKeyMismatch)` when another program replaced the
    ///   session; otherwise the error of the last refresh, whose `fallback` is `passkey` if the session ended meanwhile.
    public func keepRefreshing(_ session: SessionName? = nil, expirationSeconds: Int = 900) async throws(TurnkeyError) {
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
        /// The life of the session refreshed last.
        var life: Duration
        var publicKey: PublicKey?
    }

    private func waitAndRefresh(
        _ name: SessionName,
        _ expirationSeconds: Int,
        _ watch: inout Watch
    ) async throws(TurnkeyError) {
        let lead = min(Duration.seconds(60), watch.life / 4)
        let left = try await look(name, &watch)
        // Sleeps are short because a timer may stop in suspend, while the frame's clock does not.
        guard left <= lead else { return try await pause(min(left - lead, .seconds(15))) }
        do throws(TurnkeyError) {
            let new = try await refresh(name, expirationSeconds: expirationSeconds)
            watch = Watch(life: new.expiry.remaining(), publicKey: new.publicKey)
        } catch  where error.fallback == .retry {
            try await pause(min(lead / 4, .seconds(5)))
        }
    }

    /// Returns what is left of the session. A session that replaced it is not kept alive.
    private func look(_ name: SessionName, _ watch: inout Watch) async throws(TurnkeyError) -> Duration {
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
