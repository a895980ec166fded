// SPDX-License-Identifier: Apache-2.0
import NIOCore
import Synchronization

/// The connections of one server, and which of them gives way when all places are taken.
///
/// A connection is silent from its beginning until its request is whole, and again when it has been answered.
final class ConnectionPlaces: Sendable {
    private struct State {
        /// The longest silent first.
        var silent: [any Channel] = []
        var busy: [any Channel] = []
    }

    private let limit: Int
    private let state = Mutex(State())

    init(_ limit: Int) {
        self.limit = limit
    }

    /// Takes a place for a new connection; where there is none, closes the one that has been silent for the longest.
    ///
    /// - Returns: `false` where every connection is being answered: this one must end.
    func enter(_ channel: any Channel) -> Bool {
        let (isIn, oldest) = state.withLock { state -> (Bool, (any Channel)?) in
            let isFull = state.silent.count + state.busy.count >= limit
            guard isFull else {
                state.silent.append(channel)
                return (true, nil)
            }
            guard !state.silent.isEmpty else { return (false, nil) }
            let oldest = state.silent.removeFirst()
            state.silent.append(channel)
            return (true, oldest)
        }
        oldest?.close(promise: nil)
        return isIn
    }

    /// Its request is whole: it keeps its place.
    func becomesBusy(_ channel: any Channel) {
        state.withLock { state in
            guard let index = state.silent.firstIndex(where: { $0 === channel }) else { return }
            state.busy.append(state.silent.remove(at: index))
        }
    }

    /// It was answered.
    func becomesSilent(_ channel: any Channel) {
        state.withLock { state in
            guard let index = state.busy.firstIndex(where: { $0 === channel }) else { return }
            state.silent.append(state.busy.remove(at: index))
        }
    }

    func leave(_ channel: any Channel) {
        state.withLock { state in
            state.silent.removeAll { $0 === channel }
            state.busy.removeAll { $0 === channel }
        }
    }
}
