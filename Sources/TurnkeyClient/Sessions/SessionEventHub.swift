// SPDX-License-Identifier: Apache-2.0
import Foundation
import StampClient
import Synchronization

/// What this process does to sessions, for everyone in it who listens; and which of the frame's events that explains.
final class SessionEventHub: Sendable {
    private struct State {
        var listeners: [UUID: AsyncStream<SessionEvent>.Continuation] = [:]
        /// Keys whose beginning is told as `created` or `refreshed`.
        var startedKeys: Set<String> = []
        /// Keys whose end is told as `refreshed`.
        var replacedKeys: Set<String> = []
    }

    private let state = Mutex(State())

    func publish(_ event: SessionEvent) {
        for listener in state.withLock({ Array($0.listeners.values) }) { listener.yield(event) }
    }

    /// From now on the frame's word that `publicKey` began is no news.
    func explainStart(of publicKey: String) {
        state.withLock { _ = $0.startedKeys.insert(publicKey) }
    }

    /// Whether this process began, or is beginning, a session of `publicKey`.
    func isStartExplained(of publicKey: String) -> Bool { state.withLock { $0.startedKeys.contains(publicKey) } }

    /// From now on the frame's word that `publicKey` ended is no news.
    func explainEnd(of publicKey: String) {
        state.withLock { _ = $0.replacedKeys.insert(publicKey) }
    }

    /// It did not end after all: when it does, that is news.
    func expectEnd(of publicKey: String) {
        state.withLock { _ = $0.replacedKeys.remove(publicKey) }
    }

    func listen() -> AsyncStream<SessionEvent> {
        let id = UUID()
        let (events, sink) = AsyncStream.makeStream(of: SessionEvent.self)
        sink.onTermination = { [self] _ in state.withLock { $0.listeners[id] = nil } }
        state.withLock { $0.listeners[id] = sink }
        return events
    }

    /// What the frame's event means for a session; `nil` for what is none, or is told already.
    func read(_ event: Event) -> SessionEvent? {
        guard let session = event.session, let key = event.publicKey else { return nil }
        let (isStarted, isReplaced) = state.withLock {
            ($0.startedKeys.contains(key), $0.replacedKeys.contains(key))
        }
        switch event.kind {
        case .sessionStarted where !isStarted: return .created(session: session, publicKey: key)
        case .sessionExpiring:
            let left = event.expiresInMilliseconds ?? 0
            return .warning(session: session, publicKey: key, expiresInMilliseconds: left)
        case .sessionExpired: return .expired(session: session, publicKey: key)
        case .sessionEnded where !isReplaced, .sessionRejected: return .cleared(session: session, publicKey: key)
        case .embeddedKeyCreated, .embeddedKeyReset, .sessionStarted, .sessionEnded, .locked, .unlocked,
            .confirmationWanted, .confirmationEnded:
            return nil
        }
    }
}
