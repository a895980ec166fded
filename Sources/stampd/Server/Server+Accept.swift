// SPDX-License-Identifier: Apache-2.0
import Glibc
import SignerCore
import Varlink

/// Accepts connections.
extension Server {
    /// Accepts the connections that wait, at most as many as one turn may.
    func accept(at socket: any FrameSocket, _ identity: SocketIdentity) {
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

    /// Pauses accepting when descriptors or memory ran out. The peers wait in the kernel, and the loop does not spin.
    private func pauseAccepting(until time: BootInstant) {
        life.isAcceptingPaused = true
        life.acceptTime = time
        for listener in listeners { listener.source?.isEnabled = false }
        schedule(time)
    }

    /// Goes on accepting, when descriptors may be available again.
    func resumeAccepting() {
        life.acceptTime = .never
        guard life.isAcceptingPaused, !life.isDraining else { return }
        life.isAcceptingPaused = false
        for listener in listeners { listener.source?.isEnabled = true }
    }

    private func admit(_ accepted: Admission.Accepted, at socket: SocketIdentity) {
        let now = BootInstant.now
        var peer = accepted.peer
        // The groups are dropped, since there may be many; a reload asks for them again.
        peer.groups = []
        let refusal = refusal(of: accepted, at: socket, now: now)
        let id = connections.makeId()
        let isFirst = peer.uid == 0 || socket.kind == .control
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

    /// Returns the error that answers the peer's first call; nil if its calls are answered.
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
        switch table.decidePlace(for: peer.account, isRoot: peer.uid == 0, isControl: socket.kind == .control) {
        case .served: return nil
        case .insteadOf(let usage):
            if endLongestIdle(of: usage) { return nil }
        case .overAccount, .overTotal: break
        }
        let line = "a connection of \(peer.description): too many connections"
        handler.noteRefusal(of: context, by: "RateLimited", line: line)
        return .rateLimited(retryAfterMilliseconds: limits.messageTimeoutSeconds * 1000)
    }

    /// Frees a place by ending the account's longest idle connection; if none is idle, a watcher, one that does not
    /// take its replies, or one whose message is incomplete.
    ///
    /// - Returns: Whether a connection ended.
    private func endLongestIdle(of usage: ConnectionTable.AccountUsage) -> Bool {
        let candidates =
            connections
            .filter { $0.place?.usage === usage && !$0.flow.isQueued }
            .sorted { ($0.evictionRank, $0.flow.lastActivity, $0.id) < ($1.evictionRank, $1.flow.lastActivity, $1.id) }
        // A connection with a call in the kernel is kept, and its call answered.
        guard let connection = candidates.first(where: { !$0.flow.isIdle || !$0.hasUnreadBytes }) else { return false }
        end(connection)
        return true
    }

    /// Ends the oldest of the connections that wait for their refusal, after refusing its call if that is here already.
    func limitRefused() {
        while let oldest = connections.refused.first,
            connections.refused.count > table.limits.maximumRefusedConnections
        {
            if oldest.flow.isRefused { receive(oldest, at: .now) }
            end(oldest)
        }
    }

    /// Ends the connections of peers that the rules no longer serve, after refusing the first call that waits.
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

    /// Looks up what new rules need to know about connected peers.
    func lookUpPeers() {
        for connection in connections {
            admission.lookUp(connection, handler.authorization, handler.rules[connection.socket.name])
        }
    }

    /// Handles the exit of a peer's process: what it sent is answered, and nothing more is received from any process
    /// that has its end of the socket.
    func peerEnded(_ connection: Connection) {
        connection.releaseProcess()
        let isWaiting = connection.flow.isWatching || connection.flow.isConfirming
        if isWaiting { end(connection) } else { connection.stopReceiving() }
    }
}

extension Connection {
    /// The rank of a connection when one has to end: the lowest ends first.
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
