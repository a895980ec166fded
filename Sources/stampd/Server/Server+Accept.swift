// SPDX-License-Identifier: Apache-2.0
import Glibc
import SignerCore
import Varlink

/// Connections that begin.
extension Server {
    /// Takes the connections that wait, up to one turn's worth.
    func accept(at socket: any DoorSocket, _ identity: SocketIdentity) {
        for _ in 0..<16 {
            let rules = handler.rules[socket.ruleName]
            switch admission.accept(at: socket, configuration.authorization, rules, needsUnits: audit.isOn) {
            case .accepted(let accepted): admit(accepted, at: identity)
            case .passed: continue
            case .nobody: return
            case .shortage(let error):
                let now = BootInstant.now
                log.refused("a connection, for now: \(error.message)", at: now.seconds)
                return pauseAccepting(until: now.adding(milliseconds: ConnectionLimits.acceptPauseMilliseconds))
            }
        }
    }

    /// Descriptors or memory ran out: peers wait in the kernel, and nobody spins.
    private func pauseAccepting(until time: BootInstant) {
        life.isAcceptingPaused = true
        life.acceptTime = time
        for listener in listeners { listener.source?.isEnabled = false }
        schedule(time)
    }

    /// Descriptors may be there again.
    func resumeAccepting() {
        life.acceptTime = .never
        guard life.isAcceptingPaused, !life.isDraining else { return }
        life.isAcceptingPaused = false
        for listener in listeners { listener.source?.isEnabled = true }
    }

    private func admit(_ accepted: Admission.Accepted, at socket: SocketIdentity) {
        let now = BootInstant.now
        var peer = accepted.peer
        // There may be many of them; a reload asks again.
        peer.groups = []
        let refusal = refusal(of: accepted, at: socket, now: now)
        let id = connections.makeId()
        let isFirst = peer.uid == 0 || socket.door == .control
        let place =
            refusal == nil ? table.add(id: id, uid: peer.uid, account: peer.account, isFirst: isFirst) : nil
        let connection = try? Connection(
            descriptor: accepted.descriptor,
            id: id,
            poller: loop.connections,
            peer: peer,
            process: refusal == nil ? accepted.found.process : nil,
            socket: socket,
            place: place,
            refusal: refusal,
            limitBytes: refusal == nil ? limits.maximumMessageBytes : ConnectionLimits.readByteCount,
            now: now
        )
        guard let connection else {
            if let place { table.remove(place) }
            return
        }
        connections.add(connection)
        if case .ended = accepted.found { connection.stopReceiving() }
        schedule(deadline(of: connection))
        if refusal != nil { limitRefused() }
    }

    /// What the peer's first call is told; nil where its calls are answered.
    private func refusal(
        of accepted: Admission.Accepted,
        at socket: SocketIdentity,
        now: BootInstant
    ) -> ErrorReply? {
        let peer = accepted.peer
        let context = CallContext(peer: peer, socket: socket, start: now)
        if let refusal = accepted.refusal {
            let line = "a connection of \(peer.description): \(refusal.reason)"
            handler.noteRefusal(of: context, by: "Denied.\(refusal.rule.rawValue)", line: line)
            return .denied(rule: "peer")
        }
        switch table.admission(of: peer.account, isRoot: peer.uid == 0, isControl: socket.door == .control) {
        case .served: return nil
        case .insteadOf(let spending):
            if endLongestIdle(of: spending) { return nil }
        case .overAccount, .overTotal: break
        }
        let line = "a connection of \(peer.description): too many connections"
        handler.noteRefusal(of: context, by: "RateLimited", line: line)
        return .rateLimited(retryAfterMilliseconds: limits.messageTimeoutSeconds * 1000)
    }

    /// Makes a place: the account's longest idle connection ends; where none is idle, a watcher, one that does not take
    /// its replies, or one whose message is not whole.
    ///
    /// - Returns: Whether one ended.
    private func endLongestIdle(of spending: ConnectionTable.Spending) -> Bool {
        let candidates =
            connections
            .filter { $0.place?.spending === spending && !$0.flow.isQueued }
            .sorted { ($0.evictionRank, $0.flow.lastActivity, $0.id) < ($1.evictionRank, $1.flow.lastActivity, $1.id) }
        // A call that waits in the kernel is answered.
        guard let connection = candidates.first(where: { !$0.flow.isIdle || !$0.hasUnreadBytes }) else { return false }
        end(connection)
        return true
    }

    /// Ends the oldest of those that wait to be told; told first, where its call is here already.
    func limitRefused() {
        while let oldest = connections.refused.first,
            connections.refused.count > table.limits.maximumRefusedConnections
        {
            if oldest.flow.isRefused { receive(oldest, at: .now) }
            end(oldest)
        }
    }

    /// Ends the connections of those whom the rules do not serve any more: the first call that waits is told so.
    func endUnauthorizedConnections() {
        for connection in connections where connection.flow.isServed || connection.flow.isWatching {
            guard let refusal = admission.refusal(of: connection, configuration.authorization) else { continue }
            let now = BootInstant.now
            let line = "a connection of \(connection.peer.description), which was served before: \(refusal.reason)"
            note(connection, refusedBy: "Denied.\(refusal.rule.rawValue)", line: line, at: now)
            guard connection.flow.isServed else {
                end(connection)
                continue
            }
            connection.refusal = .denied(rule: "peer")
            let wasConfirming = connection.flow.isConfirming
            connection.flow.refuse(at: now)
            connection.stopReceiving()
            if wasConfirming { refuseConfirming(connection) }
            schedule(deadline(of: connection))
        }
    }

    /// Asks of those who are connected what rules ask that nobody asked when they came.
    func lookUpPeers() {
        for connection in connections {
            admission.lookUp(connection, handler.authorization, handler.rules[connection.socket.name])
        }
    }

    /// The process that connected is over: what it sent is answered, and no more is taken from whoever has its socket now.
    func peerEnded(_ connection: Connection) {
        connection.releaseProcess()
        let isWaiting = connection.flow.isWatching || connection.flow.isConfirming
        if isWaiting { end(connection) } else { connection.stopReceiving() }
    }
}

extension Connection {
    /// The lower, the sooner it gives up its place.
    fileprivate var evictionRank: Int {
        if flow.isIdle { return 0 }
        return switch flow.phase {
        case _ where flow.isWatching: 1
        case .writing, .closing: 2
        case .reading, .queued: 3
        case .confirming: 4
        }
    }
}
