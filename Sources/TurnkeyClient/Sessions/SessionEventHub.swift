// SPDX-License-Identifier: Apache-2.0
import Foundation
import StampClient
import Synchronization

/// Distributes what this process does to sessions to its listeners, and recognises the frame's events that follow from
/// it.
final class SessionEventHub: Sendable {
    private struct State {
        var listeners: [UUID: AsyncStream<SessionEvent>.Continuation] = [:]
        /// The keys whose start was already reported as `created` or `refreshed`.
        var startedKeys: Set<PublicKey> = []
        /// The keys whose end was already reported as `refreshed`.
        var replacedKeys: Set<PublicKey> = []
    }

    private let state = Mutex(State())

    func publish(_ event: SessionEvent) {
        for listener in state.withLock({ Array($0.listeners.values) }) { listener.yield(event) }
    }

    /// Makes the frame's event that `publicKey` began be skipped.
    func explainStart(of publicKey: PublicKey) {
        state.withLock { _ = $0.startedKeys.insert(publicKey) }
    }

    /// Whether this process began, or is beginning, a session of `publicKey`.
    func isStartExplained(of publicKey: PublicKey) -> Bool { state.withLock { $0.startedKeys.contains(publicKey) } }

    /// Makes the frame's event that `publicKey` ended be skipped.
    func explainEnd(of publicKey: PublicKey) {
        state.withLock { _ = $0.replacedKeys.insert(publicKey) }
    }

    /// Takes `explainEnd` back: the key goes on, and its end is to be reported.
    func expectEnd(of publicKey: PublicKey) {
        state.withLock { _ = $0.replacedKeys.remove(publicKey) }
    }

    func listen() -> AsyncStream<SessionEvent> {
        let id = UUID()
        let (events, sink) = AsyncStream.makeStream(of: SessionEvent.self)
        sink.onTermination = { [self] _ in state.withLock { $0.listeners[id] = nil } }
        state.withLock { $0.listeners[id] = sink }
        return events
    }

    /// Translates an event of the frame; `nil` if it is not about a session, or was reported already.
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
