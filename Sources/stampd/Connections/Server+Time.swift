// SPDX-License-Identifier: Apache-2.0
import Glibc
import SignerCore

extension Server {
    /// Wakes up at `time`, unless it does before; what wakes up early only looks round.
    func schedule(_ time: BootInstant) {
        guard let timer, time < timer.time else { return }
        timer.arm(at: time)
    }

    /// Does what is due: ends sessions and connections, and finds the next moment.
    func keepTime() {
        let now = BootInstant.now
        log.reportLeftOut(at: now.seconds)
        audit.keepTime(at: now)
        frame.advance(to: now)
        publishEvents()
        serviceManager.keepTime(frame, at: now)
        for connection in connections.values where now >= connection.deadline(limits) { expire(connection) }
        for connection in refused where now >= connection.deadline(limits) { end(connection) }
        if now >= acceptAgain { resumeAccepting() }
        exitWhenIdle(at: now)
        if now >= drainDeadline { return stop() }
        scheduleNext()
    }

    private func expire(_ connection: Connection) {
        if connection.messageStart != nil {
            refuseMessage(of: connection, by: "Timeout", because: "not whole within \(limits.messageTimeoutSeconds) s")
        }
        end(connection)
    }

    private func scheduleNext() {
        var next = min(frame.nextChange, acceptAgain, drainDeadline, idleExitTime)
        for connection in connections.values { next = min(next, connection.deadline(limits)) }
        for connection in refused { next = min(next, connection.deadline(limits)) }
        schedule(min(next, log.leftOutReportTime, audit.nextTime, serviceManager.nextTime))
    }
}
