// SPDX-License-Identifier: Apache-2.0
import Glibc
import SignerCore
import Varlink

/// Who is calling, and whether they still may.
extension Server {
    /// Whatever the kernel, the rules of the socket and the audit have to say or to ask of a peer.
    ///
    /// - Throws: Where the kernel says nothing; then there is nobody to answer.
    func identify(
        _ descriptor: CInt,
        at socket: any DoorSocket
    ) throws(SystemError) -> (peer: Peer, found: PeerProcess.Found) {
        var peer = try Peer.read(from: descriptor)
        guard peer.pid != 0 else { return (peer, .untold) }
        let found = try findProcess(at: descriptor, pid: peer.pid)
        let rule = authorization.sockets[socket.ruleName]
        if rule?.gids != nil { peer.readGroups(from: descriptor) }
        if areUnitsTold, rule?.units != nil || audit.isOn { peer.readUnit(of: found.process) }
        return (peer, found)
    }

    /// Why the peer is not served; nil where it is.
    func refusal(of peer: Peer, at socket: any DoorSocket) -> AuthorizationRefusal? {
        ownAuthorization.refusal(of: peer, isOpenToOthers: socket.isOpenToOthers)
            ?? authorization.sockets[socket.ruleName]?.refusal(of: peer)
    }

    /// Ends the connections of those whom the rules do not serve any more: the first call that waits is told so.
    func endUnauthorizedConnections() {
        for connection in connections.values where connection.isServing || connection.isWatching {
            guard let rule = authorization.sockets[connection.ruleName] else { continue }
            let peer = connection.identify(for: rule, areUnitsTold: areUnitsTold)
            guard let refusal = rule.refusal(of: peer) else { continue }
            let line = "a connection of \(peer.description), which was served before: \(refusal.reason)"
            note(peer, refusedBy: refusal, line: line, at: .now)
            guard connection.isServing else {
                end(connection)
                continue
            }
            connection.state = .refused(.denied(rule: "peer"))
            connection.stopReceiving()
            schedule(connection.deadline(limits))
        }
    }

    /// The process that connected is over: what it sent is answered, and no more is taken from whoever has its socket now.
    func peerEnded(_ connection: Connection) {
        connection.releaseProcess()
        if connection.isWatching { end(connection) } else { connection.stopReceiving() }
    }

    private func findProcess(at descriptor: CInt, pid: pid_t) throws(SystemError) -> PeerProcess.Found {
        do throws(SystemError) { return try PeerProcess.find(at: descriptor, pid: pid) } catch {
            guard spareDescriptor.release() else { throw error }
            return try PeerProcess.find(at: descriptor, pid: pid)
        }
    }
}

extension Connection {
    /// The peer with what this rule asks of it, where nobody asked when it connected.
    fileprivate func identify(for rule: AuthorizationRules.Rule, areUnitsTold: Bool) -> Peer {
        var peer = peer
        if rule.gids != nil { peer.readGroups(from: descriptor) }
        if areUnitsTold, rule.units != nil, peer.unit == nil { peer.readUnit(of: process) }
        return peer
    }
}
