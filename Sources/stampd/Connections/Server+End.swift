// SPDX-License-Identifier: Apache-2.0
import CLinux
import Glibc
import SignerCore
import Varlink

extension Server {
    /// Sends what is left, then says that no more comes, and waits for the peer to notice: its last reply must not be
    /// lost because it was still writing.
    func finish(_ connection: Connection) {
        guard connection.output.isEmpty else { return connection.updateEvents() }
        guard !connection.isInputEnded else { return end(connection) }
        connection.input = InputBuffer()
        connection.lastActivity = .now
        shutdown(connection.descriptor, CInt(SHUT_WR))
        connection.updateEvents()
        schedule(connection.deadline(limits))
    }

    /// Throws away what a peer still sends on a connection that ends.
    func discard(_ connection: Connection) {
        var rest = InputBuffer()
        swap(&rest, &spareInput)
        defer { swap(&rest, &spareInput) }
        let limit = ConnectionLimits.readByteCount
        switch rest.receive(from: connection.descriptor, limit: limit, maximumByteCount: limit) {
        case .bytes(let count): rest.removeFirst(count)
        case .nothing: return
        case .end, .failed: end(connection)
        }
    }

    func end(_ connection: Connection) {
        guard polled.removeValue(forKey: connection.id) != nil else { return }
        connection.stopPolling()
        connection.isQueued = false
        readingByteCount -= connection.countedByteCount
        connection.countedByteCount = 0
        paused.removeAll { $0 === connection }
        forget(connection)
        resumeReading()
        resumeAccepting()
        if polled.isEmpty { noteNoConnection() }
        if isDraining { exitWhenDrained() }
    }

    private func forget(_ connection: Connection) {
        if let index = refused.firstIndex(where: { $0 === connection }) {
            refused.remove(at: index)
            return
        }
        guard connections.removeValue(forKey: connection.id) != nil else { return }
        let left = connectionsByUser[connection.peer.uid, default: 1] - 1
        connectionsByUser[connection.peer.uid] = left == 0 ? nil : left
    }

    /// Accepts nobody any more, answers each call of those that are here, and exits.
    func beginDrain() {
        guard !isDraining else { return }
        drainDeadline = BootInstant.now.adding(seconds: limits.drainTimeoutSeconds)
        serviceManager.notifier?.tell(.stopping)
        log.write(.notice, "stopping: \(connections.count) connections are drained")
        listeners.removeAll()
        acceptAgain = .never
        schedule(drainDeadline)
        for connection in refused { end(connection) }
        for connection in connections.values { drain(connection) }
        exitWhenDrained()
    }

    /// Ends the connection unless a call of it is here, on its way, or, where none came yet, to be expected.
    func drain(_ connection: Connection) {
        guard !connection.isWatching else { return end(connection) }
        guard connection.output.isEmpty, !connection.isQueued, connection.countedByteCount == 0 else { return }
        guard connection.isServing, !isYoung(connection) else { return }
        var waiting: UInt8 = 0
        let peeked = unsafe recv(connection.descriptor, &waiting, 1, CLinuxPeek | CLinuxDontWait)
        // What waits is read in the loop's turns, so that a peer that goes on and on meets the drain's end.
        if peeked <= 0 { end(connection) }
    }

    /// It never called, and connected so lately that its first call may be on its way.
    private func isYoung(_ connection: Connection) -> Bool {
        let start = drainDeadline.subtracting(seconds: 2 * limits.drainTimeoutSeconds)
        return connection.callCount == 0 && connection.lastActivity > start
    }

    func exitWhenDrained() {
        if connections.isEmpty, refused.isEmpty { stop() }
    }

    /// Once, however many connections were the last.
    func stop() {
        guard !hasStopped else { return }
        hasStopped = true
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
