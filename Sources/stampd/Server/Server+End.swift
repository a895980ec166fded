// SPDX-License-Identifier: Apache-2.0
import CLinux
import Glibc
import SignerCore

/// Ends connections, and the frame itself.
extension Server {
    /// Discards what a peer still sends on a connection that is ending.
    func discard(_ connection: Connection) {
        var rest = InputBuffer()
        swap(&rest, &kept.spareInput)
        defer { swap(&rest, &kept.spareInput) }
        let limit = ConnectionLimits.readByteCount
        switch rest.receive(from: connection.descriptor, limit: limit, maximumByteCount: limit) {
        case .bytes(let count): rest.removeFirst(count)
        case .nothing: return
        case .end, .failed: end(connection)
        }
    }

    func end(_ connection: Connection) {
        guard connections.remove(connection) else { return }
        connection.stopPolling()
        if connection.flow.isConfirming { handler.abandonConfirmation(of: connection.id) }
        if let place = connection.place { table.remove(place) }
        resumeAccepting()
        if connections.isEmpty {
            life.lastConnectionEnd = .now
            schedule(idleExitTime)
        }
        if life.isDraining { exitWhenDrained() }
    }

    /// Stops accepting, answers each call of open connections, and exits.
    func beginDrain() {
        guard !life.isDraining else { return }
        life.drainDeadline = BootInstant.now.adding(seconds: limits.drainTimeoutSeconds)
        serviceManager.notifier?.tell(.stopping)
        log.write(.notice, "stopping: \(table.connectionCount) connections are drained")
        listeners.removeAll()
        life.acceptTime = .never
        schedule(life.drainDeadline)
        for connection in connections.refused { end(connection) }
        handler.closeConfirmations()
        let byteCount = drainBufferByteCount
        for connection in connections {
            CLinuxSetSendBuffer(connection.descriptor, CInt(byteCount))
            drain(connection)
        }
        exitWhenDrained()
    }

    /// SO_SNDBUF of each connection during a stop, so that the kernel keeps replies for peers that read them after the
    /// frame's end.
    private var drainBufferByteCount: Int {
        let share = ConnectionLimits.drainBufferByteCount / max(1, table.connectionCount)
        return min(max(share, ConnectionLimits.sendBufferByteCount), ConnectionLimits.largestSendBufferByteCount)
    }

    /// Ends the connection unless a call is here, on its way, or, if none came yet, to be expected.
    func drain(_ connection: Connection) {
        guard !connection.flow.isWatching else { return end(connection) }
        guard connection.flow.isIdle, connection.flow.isServed, !isYoung(connection) else { return }
        // What waits is read in the loop's turns, so that a peer that keeps sending meets the drain's time limit.
        if !connection.hasUnreadBytes { end(connection) }
    }

    /// Whether the connection has made no call and is so new that its first call may be on its way.
    private func isYoung(_ connection: Connection) -> Bool {
        let start = life.drainDeadline.subtracting(seconds: 2 * limits.drainTimeoutSeconds)
        return connection.callCount == 0 && connection.flow.lastActivity > start
    }

    private func exitWhenDrained() { if connections.isEmpty { stop() } }

    /// Ends the frame after its last connections, once.
    func stop() {
        guard !life.hasStopped else { return }
        life.hasStopped = true
        log.reportLeftOut()
        audit.finish()
        let lostCount = audit.lostCount - audit.inheritedLostCount
        if lostCount > 0 {
            log.write(.error, "\(lostCount) records of the audit were lost: the journal did not take them")
        }
        serviceManager.notifier?.finish()
        loop.exit(0)
    }
}

/// Ends a frame that is not in use.
extension Server {
    /// When the frame exits because it is not in use; `.never` while a peer is connected, or it holds something that
    /// would be lost.
    var idleExitTime: BootInstant {
        guard let exitOnIdleSeconds = configuration.exitOnIdleSeconds, !life.isDraining, connections.isEmpty,
            handler.frame.isDispensable
        else { return .never }
        // The next frame would start with empty counters.
        let charged = handler.rules.countsUntil(at: .now) ?? life.lastConnectionEnd
        return max(charged, life.lastConnectionEnd.adding(seconds: exitOnIdleSeconds))
    }

    func exitWhenIdle(at now: BootInstant) {
        guard now >= idleExitTime else { return }
        log.write(.notice, "no program uses this frame: it ends until the next connection")
        beginDrain()
    }
}
