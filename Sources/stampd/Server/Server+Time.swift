// SPDX-License-Identifier: Apache-2.0
import Glibc
import SignerCore

/// Does work that is due at a certain time.
extension Server {
    /// Sets the timer to `time`, unless it is set to an earlier one. Waking up early does no harm.
    func schedule(_ time: BootInstant) {
        guard let timer, time < timer.time else { return }
        timer.arm(at: time)
    }

    /// Performs the work whose time has come: ends sessions and connections, and finds the next moment.
    func keepTime() {
        let now = BootInstant.now
        forgiveDelay(at: now)
        log.keepTime(at: now)
        audit.keepTime(at: now)
        handler.keepTime(at: now)
        publishEvents()
        serviceManager.keepTime(handler.frame, at: now)
        if now >= kept.retryTime { retrySending() }
        for connection in connections where now >= deadline(of: connection) { expire(connection, at: now) }
        if now >= life.acceptTime { resumeAccepting() }
        exitWhenIdle(at: now)
        if now >= life.drainDeadline { return stop() }
        scheduleNext()
    }

    /// Extends peers' time limits by a time in which the frame itself did not run.
    private func forgiveDelay(at now: BootInstant) {
        let monotonic = ConnectionFlow.MonotonicInstant.now.nanoseconds
        let offsetBefore = kept.monotonicOffset
        kept.monotonicOffset = now.nanoseconds - monotonic
        guard let due = timer?.lastTime, due != .never else { return }
        let delay = now.nanoseconds - due.nanoseconds
        guard delay > Self.forgivenNanoseconds else { return }
        let monotonicDelay = max(0, monotonic - (due.nanoseconds - offsetBefore))
        for connection in connections {
            connection.flow.forgive(nanoseconds: delay, monotonicNanoseconds: monotonicDelay)
        }
    }

    /// A delay above this means that the frame did not run.
    private static let forgivenNanoseconds: Int64 = 100_000_000

    private func expire(_ connection: Connection, at now: BootInstant) {
        let timeout = connection.flow.timeout(limits, monotonicOffset: kept.monotonicOffset, at: now)
        switch timeout {
        case nil: return
        case .idle: break
        case .reply: noteNotTaken(connection, "its replies were not taken within \(limits.replyTimeoutSeconds) s")
        case .message:
            let reason = "not whole within \(limits.messageTimeoutSeconds) s"
            let line = "a call of \(connection.peer.description): \(reason)"
            note(connection, refusedBy: "Timeout", line: line, at: now)
        }
        end(connection)
    }

    private func scheduleNext() {
        var next = min(handler.nextTime, life.acceptTime, life.drainDeadline, idleExitTime, kept.retryTime)
        for connection in connections { next = min(next, deadline(of: connection)) }
        schedule(min(next, log.nextTime, audit.nextTime, serviceManager.nextTime))
    }
}

/// Talks to the service manager.
extension Server {
    /// Reports that calls are answered from now on; the loop's first turn follows.
    func tellReady() {
        serviceManager.tellReady()
        noteStatusChange()
        serviceManager.keepTime(handler.frame, at: .now)
        schedule(serviceManager.nextTime)
    }

    /// Notes that the status changed. It is reported in the loop's next turn, or as soon as it may be.
    func noteStatusChange() {
        serviceManager.noteChange()
        schedule(serviceManager.nextTime)
    }

    /// Audit records that the journal did not take, plus lines that standard error did not take.
    var lostCount: Int64 { audit.lostCount + log.lostCount }
}
