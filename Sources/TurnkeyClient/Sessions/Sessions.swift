// SPDX-License-Identifier: Apache-2.0
public import StampClient

/// The sessions of a frame, and what is stored about them.
public struct Sessions: Sendable {
    let context: SessionContext

    /// Lists the frame's living sessions, and the stored sessions whose names are not among them, sorted by name.
    ///
    /// `state` tells them apart. A stored session that is over stays in the list until `purge` removes it.
    ///
    /// - Throws: `.frame`, also if no frame runs; `.store`.
    public func list() async throws(TurnkeyError) -> [SessionSummary] {
        let state = try context.readState()
        let living = try await context.listSessions()
        let selected = state.selectedSession ?? .default
        var all = living.map { SessionSummary($0, isSelected: $0.name == selected) }
        let absent = state.sessions.filter { session in !living.contains { $0.name == session.name } }
        if !absent.isEmpty {
            let asked = ContinuousClock.now
            let status = try await context.getStatus()
            let start = status.start(askedAt: asked)
            all += absent.map { SessionSummary($0, status.embeddedPublicKey, start, isSelected: $0.name == selected) }
        }
        return all.sorted { $0.name < $1.name }
    }

    /// Makes `session`, which need not exist, the one that calls without a name use.
    ///
    /// - Throws: `.store`.
    public func select(_ session: SessionName) async throws(TurnkeyError) {
        try await context.updateState { $0.selectedSession = session }
        context.events.publish(.selected(session: session))
    }

    /// Returns the session that calls without a name use.
    ///
    /// - Throws: `.store`.
    public func getSelected() throws(TurnkeyError) -> SessionName { try context.resolve(nil) }

    /// Forgets stored sessions that are over.
    ///
    /// - Returns: Their names.
    /// - Throws: `.frame`, `.store`.
    @discardableResult
    public func purge() async throws(TurnkeyError) -> [SessionName] {
        let over = try await list().filter { $0.state == .over }
        guard !over.isEmpty else { return [] }
        try await context.updateState { state in
            // Only sessions that were checked are removed, as another program may have logged in since.
            state.sessions.removeAll { session in over.contains { $0.publicKey == session.publicKey } }
        }
        for session in over { context.events.publish(.cleared(session: session.name, publicKey: session.publicKey)) }
        return over.map(\.name)
    }

    /// Returns the events of sessions from now on: those that this process causes, and those that the frame reports.
    ///
    /// Warnings come 60 s ahead, or at once for a shorter session, by the frame's clock, which counts suspend.
    ///
    /// - Throws: `.frame`.
    public func events() async throws(TurnkeyError) -> SessionEvents {
        do throws(StampError) {
            return SessionEvents(context.events, try await context.frame.monitor())
        } catch {
            throw .frame(error)
        }
    }
}

extension SessionContext {
    func listSessions() async throws(TurnkeyError) -> [Session] {
        do throws(StampError) { return try await frame.listSessions() } catch { throw .frame(error) }
    }
}

extension SessionSummary {
    fileprivate init(_ session: Session, isSelected: Bool) {
        self.init(
            name: session.name,
            publicKey: session.publicKey,
            userId: session.userId,
            organizationId: session.organizationId,
            origin: session.origin,
            state: .alive,
            expiresInMilliseconds: session.expiresInMilliseconds,
            isSelected: isSelected
        )
    }

    fileprivate init(
        _ session: StoredSession,
        _ embeddedKey: String?,
        _ frameStart: ContinuousClock.Instant,
        isSelected: Bool
    ) {
        let left = session.expiry.expiry.remaining()
        let isRestorable = session.isRestorable(into: embeddedKey, since: frameStart)
        self.init(
            name: session.name,
            publicKey: session.publicKey,
            userId: session.userId,
            organizationId: session.organizationId,
            origin: session.origin,
            state: isRestorable ? .restorable : .over,
            expiresInMilliseconds: isRestorable ? Int(saturating: left / .milliseconds(1)) : 0,
            isSelected: isSelected
        )
    }
}
