// SPDX-License-Identifier: Apache-2.0
import CSystemd
import Glibc
import SignerCore

/// What the frame reports to the service manager; nothing if there is none.
struct ServiceManager: ~Copyable {
    /// Nil if no service manager listens.
    let notifier: Notifier?
    private var status = ""
    /// When the status may be reported again.
    private var statusTime = BootInstant(nanoseconds: 0)
    /// Whether a change waits to be reported.
    private var isStatusStale = false
    /// The time between watchdog pings; nil if no watchdog watches this process (`$WATCHDOG_USEC`, `$WATCHDOG_PID`).
    private let pingInterval: Int64?
    private var pingTime = BootInstant.never
    /// The number of lost records and lines in the last reported status.
    private var toldLossCount: Int64 = 0
    /// Why the last reload changed nothing; nil unless it failed.
    var reloadFault: String?
    /// What the process has too few descriptors for; nil if it has enough.
    var shortage: String?

    /// The shortest time between two status reports, so that a program that makes and ends sessions all the time cannot
    /// keep the manager busy.
    private static let statusIntervalMilliseconds: Int64 = 1000
    /// How many pings are sent in the watchdog's period, so that two may be late.
    private static let pingsPerPeriod: UInt64 = 3
    static let maximumStatusByteCount = 512

    init(_ loop: EventLoop) throws(SystemError) {
        notifier = try Notifier.make(loop)
        var microseconds: UInt64 = 0
        let isWatched = unsafe sd_watchdog_enabled(0, &microseconds) > 0 && notifier != nil
        pingInterval = isWatched ? Int64(clamping: microseconds / Self.pingsPerPeriod / 1000) : nil
    }

    mutating func tellReady() {
        notifier?.tell(.ready)
        if pingInterval != nil { pingTime = .now }
    }

    /// Notes that the status may have changed.
    mutating func noteChange() { isStatusStale = notifier != nil }

    /// Notes a change if more was lost than the status says.
    mutating func noteLosses(_ count: Int64) {
        guard count != toldLossCount else { return }
        toldLossCount = count
        noteChange()
    }

    /// When it has work to do.
    var nextTime: BootInstant {
        min(isStatusStale ? statusTime : .never, pingTime, notifier?.retryTime ?? .never)
    }

    /// Sends pings when they are due, and the status when it changed, at most once a second.
    mutating func keepTime(_ frame: borrowing Frame, at now: BootInstant) {
        notifier?.keepTime(at: now)
        if let pingInterval, now >= pingTime {
            pingTime = now.adding(milliseconds: pingInterval)
            notifier?.pingWatchdog()
        }
        guard isStatusStale, now >= statusTime else { return }
        isStatusStale = false
        let text = line(of: frame, at: now)
        guard text != status else { return }
        status = text
        statusTime = now.adding(milliseconds: Self.statusIntervalMilliseconds)
        notifier?.tell(status: text)
    }

    /// Returns the status as one line of printable ASCII, since a newline would begin another message.
    private func line(of frame: borrowing Frame, at now: BootInstant) -> String {
        var line = frame.statusLine(at: now)
        if toldLossCount > 0 { line += ", \(toldLossCount) records or lines lost" }
        if let shortage { line += ", \(shortage)" }
        if let reloadFault { line += ", reload failed: \(reloadFault)" }
        return line.printable(Self.maximumStatusByteCount)
    }
}

extension Frame {
    /// Returns how many sessions there are and when the first of them ends, in printable ASCII without anybody's names.
    fileprivate borrowing func statusLine(at now: BootInstant) -> String {
        let lock = isLocked ? "locked, " : ""
        guard let deadline = soonestDeadline else { return "\(lock)no session" }
        let end = Deadline(after: now.milliseconds(until: deadline))
        return sessionCount == 1 ? "\(lock)1 session \(end)" : "\(lock)\(sessionCount) sessions, the soonest \(end)"
    }
}
