// SPDX-License-Identifier: Apache-2.0
import NIOCore
import Synchronization

/// Counts the connections of one server by user, and chooses which one closes when all places are taken.
///
/// A connection is silent from its start until its request is complete, and again once that is answered.
final class ConnectionPlaces: Sendable {
    fileprivate enum Activity {
        case silent
        /// A request is being answered; the connection keeps its place.
        case busy
        /// The connection has no place and waits for the answer that says so.
        case refused
    }

    fileprivate struct Place {
        let channel: any Channel
        let peer: LoopbackPeer
        var activity: Activity
    }

    fileprivate struct State {
        /// The connections, those that have been silent longest first.
        var places: [Place] = []
        var isEnding = false
    }

    /// The most connections that are being refused at once; of more, the oldest is closed.
    fileprivate static let maximumRefused = 64

    private let limit: Int
    private let limitPerUser: Int
    private let state = Mutex(State())

    init(_ settings: ConnectionSettings) {
        limit = settings.places
        limitPerUser = settings.placesPerUser
    }

    /// Takes a place for a new connection. If none is free, the connection closes that has been silent longest: one of
    /// the same user, if that user has reached the limit for one; else one of the user who has the most.
    ///
    /// - Returns: `false` if no connection can be closed; the new one is then to be refused.
    func enter(_ channel: any Channel, _ peer: LoopbackPeer) -> Bool {
        let (isIn, ended) = state.withLock { $0.enter(channel, peer, limit, limitPerUser) }
        ended?.close(promise: nil)
        return isIn
    }

    /// Records that the request is complete, so that the connection keeps its place.
    func becomesBusy(_ channel: any Channel) { move(channel, to: .busy) }

    /// Records that the request was answered.
    func becomesSilent(_ channel: any Channel) { move(channel, to: .silent) }

    private func move(_ channel: any Channel, to activity: Activity) {
        state.withLock { state in
            guard let index = state.places.firstIndex(where: { $0.channel === channel }),
                state.places[index].activity != .refused
            else { return }
            var place = state.places.remove(at: index)
            place.activity = activity
            state.places.append(place)
        }
    }

    func leave(_ channel: any Channel) {
        state.withLock { state in state.places.removeAll { $0.channel === channel } }
    }

    /// Returns the peer of a connection; `nil` if it has no place.
    func peer(of channel: any Channel) -> LoopbackPeer? {
        state.withLock { state in state.places.first { $0.channel === channel }?.peer }
    }

    /// Whether new connections are refused.
    var isEnding: Bool { state.withLock(\.isEnding) }

    /// Refuses new connections, and closes each open one once it is answered.
    func end() {
        for channel in endEntering() { channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent()) }
    }

    /// Refuses new connections, and closes each open one.
    func close() {
        for channel in endEntering() { channel.close(promise: nil) }
    }

    private func endEntering() -> [any Channel] {
        state.withLock { state in
            state.isEnding = true
            return state.places.map(\.channel)
        }
    }
}

extension ConnectionPlaces.State {
    fileprivate mutating func enter(
        _ channel: any Channel,
        _ peer: LoopbackPeer,
        _ limit: Int,
        _ limitPerUser: Int
    ) -> (isIn: Bool, ended: (any Channel)?) {
        let taken = places.lazy.filter { $0.activity != .refused }
        let counts = Dictionary(taken.map { ($0.peer.user, 1) }, uniquingKeysWith: +)
        let own = counts[peer.user, default: 0]
        var ended: (any Channel)?
        if own >= limitPerUser || taken.count >= limit {
            let giving = own >= limitPerUser ? [peer.user: own] : counts.filter { $0.value >= own }
            guard let index = longestSilent(of: giving) else { return refuse(channel, peer) }
            ended = places.remove(at: index).channel
        }
        places.append(.init(channel: channel, peer: peer, activity: .silent))
        return (true, ended)
    }

    /// Finds the connection that has been silent longest, among those of the user who has the most places and a silent
    /// connection.
    private func longestSilent(of counts: [PeerUser: Int]) -> Int? {
        let silent = places.indices.filter { places[$0].activity == .silent && counts[places[$0].peer.user] != nil }
        let most = silent.compactMap { counts[places[$0].peer.user] }.max()
        return silent.first { counts[places[$0].peer.user] == most }
    }

    private mutating func refuse(_ channel: any Channel, _ peer: LoopbackPeer) -> (isIn: Bool, ended: (any Channel)?) {
        let refused = places.indices.filter { places[$0].activity == .refused }
        let isFull = refused.count >= ConnectionPlaces.maximumRefused
        let ended = isFull ? refused.first.map { places.remove(at: $0).channel } : nil
        places.append(.init(channel: channel, peer: peer, activity: .refused))
        return (false, ended)
    }
}
