// SPDX-License-Identifier: Apache-2.0
import StampClient

/// The sessions of a frame, and what is stored of them.
public struct Sessions: Sendable {
    let context: SessionContext

    /// The sessions by name: those of the frame, and those that are only stored.
    ///
    /// - Throws: `.frame`, `.store`.
    public func list() async throws(TurnkeyError) -> [SessionSummary] {
        let state = try context.readState()
        let living = try await context.listSessions()
        let selected = state.selectedSession ?? defaultSessionName
        var all = living.map { SessionSummary($0, isSelected: $0.name == selected) }
        let absent = state.sessions.filter { session in !living.contains { $0.name == session.name } }
        if !absent.isEmpty {
            let status = try await context.getStatus()
            all += absent.map { SessionSummary($0, status, isSelected: $0.name == selected) }
        }
        return all.sorted { $0.name < $1.name }
    }

    /// Makes `session` the one that is meant where none is named; whether it exists is not looked at.
    ///
    /// - Throws: `.configuration(.invalidSessionName)`, `.store`.
    public func select(_ session: String) async throws(TurnkeyError) {
        let name = try context.resolve(session)
        try await context.updateState { $0.selectedSession = name }
        context.events.publish(.selected(session: name))
    }

    /// The session that is meant where none is named.
    public func getSelected() throws(TurnkeyError) -> String { try context.resolve(nil) }

    /// Forgets what is stored and over, and answers its names.
    ///
    /// - Throws: `.frame`, `.store`.
    @discardableResult
    public func purge() async throws(TurnkeyError) -> [String] {
        let over = try await list().filter { $0.state == .over }
        guard !over.isEmpty else { return [] }
        try await context.updateState { state in
            // Only what was looked at: another program may have logged in since.
            state.sessions.removeAll { session in over.contains { $0.publicKey == session.publicKey } }
        }
        for session in over { context.events.publish(.cleared(session: session.name, publicKey: session.publicKey)) }
        return over.map(\.name)
    }

    /// What happens to the sessions from now on: what this process does, and what the frame tells of all others.
    ///
    /// Warnings come 60 s ahead, at once for a shorter session, by the frame's clock, which counts suspend.
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

    fileprivate init(_ session: StoredSession, _ status: Status, isSelected: Bool) {
        let left = session.expiry.expiry.remaining()
        let isRestorable = session.isRestorable(into: status.embeddedPublicKey, since: status.start)
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
