// SPDX-License-Identifier: Apache-2.0
import CSystemd
import Glibc
import SignerCore

/// What the service manager is told; nothing where none asks.
struct ServiceManager: ~Copyable {
    /// Nil where nobody asks.
    let notifier: Notifier?
    private var status = ""
    /// When the status may be told again.
    private var statusTime = BootInstant(nanoseconds: 0)
    /// A change waits to be told.
    private var isStatusStale = false
    /// Nil where no watchdog watches this process (`$WATCHDOG_USEC`, `$WATCHDOG_PID`).
    private let pingInterval: Int64?
    private var pingTime = BootInstant.never
    /// Lost records and lines that the status was told of.
    private var toldLossCount: Int64 = 0
    /// Why the last reload changed nothing; nil where it did not fail.
    var reloadFault: String?
    /// What the process has too few descriptors for; nil where it has enough.
    var shortage: String?

    /// Whoever makes and ends sessions all the time may not keep the manager busy.
    private static let statusIntervalMilliseconds: Int64 = 1000
    /// A ping may be late by two of them.
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

    /// What holds may have changed.
    mutating func noteChange() { isStatusStale = notifier != nil }

    /// Notes a change where more was lost than the status says.
    mutating func noteLosses(_ count: Int64) {
        guard count != toldLossCount else { return }
        toldLossCount = count
        noteChange()
    }

    /// When it has something to do by itself.
    var nextTime: BootInstant {
        min(isStatusStale ? statusTime : .never, pingTime, notifier?.retryTime ?? .never)
    }

    /// Pings where it is time to, and tells the status where it changed, once a second at most.
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

    /// One line of printable ASCII: a newline in it would be another message.
    private func line(of frame: borrowing Frame, at now: BootInstant) -> String {
        var line = frame.statusLine(at: now)
        if toldLossCount > 0 { line += ", \(toldLossCount) records or lines lost" }
        if let shortage { line += ", \(shortage)" }
        if let reloadFault { line += ", reload failed: \(reloadFault)" }
        return line.printable(Self.maximumStatusByteCount)
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
