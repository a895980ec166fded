// SPDX-License-Identifier: Apache-2.0
import CSystemd
import Glibc
import SignerCore

/// What the service manager is told (sd_notify(3)); nothing where none asks (`$NOTIFY_SOCKET`).
struct ServiceManager {
    private let isAsking = unsafe getenv("NOTIFY_SOCKET") != nil
    private var status = ""
    /// When the status may be told again.
    private var statusTime = BootInstant(nanoseconds: 0)
    /// A change waits to be told.
    private var isStatusStale = false

    /// Whoever makes and ends sessions all the time may not keep the manager busy.
    private static let statusIntervalMilliseconds: Int64 = 1000

    func tellReady() { tell("READY=1") }

    func tellStopping() { tell("STOPPING=1") }

    /// What holds may have changed.
    mutating func noteChange() { isStatusStale = isAsking }

    /// When the next change is told; `.never` while there is none.
    var nextChange: BootInstant { isStatusStale ? statusTime : .never }

    /// Tells the status where it changed, once a second at most.
    mutating func tellStatus(of frame: borrowing Frame, at now: BootInstant) {
        guard isStatusStale, now >= statusTime else { return }
        isStatusStale = false
        let text = frame.statusLine(at: now)
        guard text != status else { return }
        status = text
        statusTime = now.adding(milliseconds: Self.statusIntervalMilliseconds)
        tell("STATUS=\(text)")
    }

    private func tell(_ state: String) {
        if isAsking { unsafe _ = sd_notify(0, state) }
    }
}

extension Frame {
    /// Printable ASCII without a name of anybody's: how many sessions, and when the first of them ends.
    fileprivate borrowing func statusLine(at now: BootInstant) -> String {
        let lock = isLocked ? "locked, " : ""
        guard let deadline = soonestDeadline else { return "\(lock)no session" }
        let end = Deadline(after: now.milliseconds(until: deadline))
        return sessionCount == 1 ? "\(lock)1 session \(end)" : "\(lock)\(sessionCount) sessions, the soonest \(end)"
    }
}
