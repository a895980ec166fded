// SPDX-License-Identifier: Apache-2.0
import Glibc
import SignerCore

/// Writes plain lines to standard error, one for each event, with the journal's severity prefix if the journal reads
/// them.
///
/// Lines hold public keys, deadlines, uids, pids and names of limits: never a payload, a bundle or a secret. Writing
/// never blocks; a line that standard error does not take is lost and counted.
final class Log: TimeKeeper {
    /// The severities of syslog(3).
    enum Severity: Int {
        case error = 3
        case warning = 4
        case notice = 5
        case info = 6
    }

    /// Whether standard error is the journal's stream: `$JOURNAL_STREAM` names its device and inode (systemd.exec(5)).
    let isJournal: Bool
    /// How many lines standard error did not take.
    private(set) var lostCount: Int64 = 0
    private var refusals = RefusalWindow()

    /// How many lines about refusals are written.
    var refusalRate: RefusalRate {
        get { refusals.rate }
        set { refusals.rate = newValue }
    }

    init() {
        var status = stat()
        guard unsafe fstat(STDERR_FILENO, &status) == 0, let stream = unsafe getenv("JOURNAL_STREAM") else {
            isJournal = false
            return
        }
        unsafe isJournal = String(cString: stream) == "\(status.st_dev):\(status.st_ino)"
    }

    func write(_ severity: Severity, _ line: String) {
        let prefix = isJournal ? "<\(severity.rawValue)>" : "stampd: "
        var text = prefix + line + "\n"
        var ready = pollfd(fd: STDERR_FILENO, events: Int16(POLLOUT), revents: 0)
        guard unsafe poll(&ready, 1, 0) == 1, ready.revents & Int16(POLLOUT) != 0 else {
            lostCount += 1
            return
        }
        let written = text.withUTF8 { bytes in unsafe Glibc.write(STDERR_FILENO, bytes.baseAddress, bytes.count) }
        if written < text.utf8.count { lostCount += 1 }
    }

    /// Writes a line about a refusal; a flood of them is cut and counted.
    func refused(_ line: @autoclosure () -> String, at seconds: Int64) {
        reportLeftOut(at: seconds)
        if refusals.admits(at: seconds) { write(.warning, "refused: \(line())") }
    }

    /// When to report how many lines were left out.
    var nextTime: BootInstant { refusals.reportTime }

    func keepTime(at now: BootInstant) { reportLeftOut(at: now.seconds) }

    /// Reports how many lines of a flood were left out, once its window is over.
    func reportLeftOut(at seconds: Int64 = .max) {
        let leftOut = refusals.takeLeftOut(at: seconds)
        if leftOut > 0 { write(.warning, "refused: \(leftOut) more lines like these were left out") }
    }
}
