// SPDX-License-Identifier: Apache-2.0
import CLinux
import Glibc
import SignerCore
import Varlink

extension Server {
    /// Takes the connections that wait, up to one turn's worth.
    func accept(at socket: any DoorSocket) {
        for _ in 0..<16 {
            guard connections.count < limits.maximumConnections else { return pauseAccepting(until: .never) }
            do throws(SystemError) { try spareDescriptor.hold() } catch { return waitForDescriptors(error) }
            let descriptor = CLinuxAccept(socket.descriptor)
            let code = errno
            if descriptor >= 0 {
                admit(descriptor, at: socket)
                continue
            }
            switch code {
            case EAGAIN: return
            case EINTR, ECONNABORTED: continue
            default: return waitForDescriptors(SystemError(call: "accept4", code: code))
            }
        }
    }

    /// Descriptors or memory ran out: peers wait in the kernel, and nobody spins.
    private func waitForDescriptors(_ error: SystemError) {
        let now = BootInstant.now
        log.refused("a connection, for now: \(error.message)", at: now.seconds)
        pauseAccepting(until: now.adding(milliseconds: ConnectionLimits.acceptPauseMilliseconds))
    }

    func pauseAccepting(until time: BootInstant) {
        isAcceptingPaused = true
        acceptAgain = time
        for listener in listeners { listener.source?.isEnabled = false }
        schedule(time)
    }

    /// Descriptors or places may be there again.
    func resumeAccepting() {
        // At the limit the end of a connection is waited for, and no time.
        acceptAgain = .never
        guard isAcceptingPaused, !isDraining, connections.count < limits.maximumConnections else { return }
        isAcceptingPaused = false
        for listener in listeners { listener.source?.isEnabled = true }
    }

    private func admit(_ descriptor: CInt, at socket: any DoorSocket) {
        let now = BootInstant.now
        guard let identified = try? identify(descriptor, at: socket) else {
            close(descriptor)
            return
        }
        var peer = identified.peer
        let state = decide(peer, at: socket, now: now)
        // There may be many of them; a reload asks again.
        peer.groups = []
        lastConnectionId += 1
        let connection = try? Connection(
            descriptor: descriptor,
            id: lastConnectionId,
            poller: loop.connections,
            peer: peer,
            process: state.isRefused ? nil : identified.found.process,
            socket: socket,
            state: state,
            limitBytes: state.isRefused ? ConnectionLimits.readByteCount : limits.maximumMessageBytes,
            now: now
        )
        guard let connection else { return }
        keep(connection)
        if case .ended = identified.found { connection.stopReceiving() }
        schedule(connection.deadline(limits))
    }

    /// Whether the peer's calls will be answered, or what its first call will be told.
    private func decide(_ peer: Peer, at socket: any DoorSocket, now: BootInstant) -> Connection.State {
        if let refusal = refusal(of: peer, at: socket) {
            note(peer, refusedBy: refusal, line: "a connection of \(peer.description): \(refusal.reason)", at: now)
            return .refused(.denied(rule: "peer"))
        }
        let ofUser = connectionsByUser[peer.uid, default: 0]
        let isReserved = connections.count >= limits.maximumConnections - limits.reservedConnections
        let isOverTotal = isReserved && socket.door == .stamp && peer.uid != 0
        // A user whose programs took every place of theirs must still get in to lock, end and reset.
        let kept = socket.door == .control ? limits.reservedConnections : 0
        guard ofUser < limits.maximumConnectionsPerUser + kept, !isOverTotal else {
            let line = "a connection of \(peer.description): too many connections"
            note(peer, refusedBy: "RateLimited", line: line, at: now)
            return .refused(.rateLimited(retryAfterMilliseconds: limits.messageTimeoutSeconds * 1000))
        }
        return .serving
    }

    private func keep(_ connection: Connection) {
        polled[connection.id] = connection
        guard connection.isRefused else {
            connections[connection.id] = connection
            connectionsByUser[connection.peer.uid, default: 0] += 1
            return
        }
        refused.append(connection)
        if refused.count > limits.maximumRefusedConnections { endOldestRefused() }
    }

    /// Told first, where its call is here already.
    func endOldestRefused() {
        let oldest = refused[0]
        if oldest.isRefused { receive(oldest) }
        end(oldest)
    }
}
