// SPDX-License-Identifier: Apache-2.0
import Glibc
import SignerCore

/// Plain lines on standard error, one event each; the journal's severities in front where the journal reads them.
///
/// What is logged is public keys, deadlines, uids, pids and names of limits: never a payload, a bundle or a secret.
/// A standard error that takes no more is not waited for.
struct Log {
    /// syslog(3)'s severities.
    enum Severity: Int {
        case error = 3
        case warning = 4
        case notice = 5
        case info = 6
    }

    /// Whether standard error is the journal's stream: `$JOURNAL_STREAM` names its device and inode (systemd.exec(5)).
    let isJournal: Bool
    /// Lines that standard error did not take.
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

    mutating func write(_ severity: Severity, _ line: String) {
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

    /// A line about something refused; a flood of them is cut and counted.
    mutating func refused(_ line: @autoclosure () -> String, at seconds: Int64) {
        reportLeftOut(at: seconds)
        if refusals.admits(at: seconds) { write(.warning, "refused: \(line())") }
    }

    /// When it is time to say how many lines were left out.
    var leftOutReportTime: BootInstant { refusals.reportTime }

    /// Says how many lines of a flood were left out, once its window is over.
    mutating func reportLeftOut(at seconds: Int64 = .max) {
        let leftOut = refusals.takeLeftOut(at: seconds)
        if leftOut > 0 { write(.warning, "refused: \(leftOut) more lines like these were left out") }
    }
}

/// How many of a flood's lines are written in each window of time.
struct RefusalRate: Equatable, Sendable {
    var maximumLines = 20
    var windowSeconds: Int64 = 10
}

/// Lets a number of lines through in each window of time and counts the others.
struct RefusalWindow {
    var rate = RefusalRate()
    private var start: Int64 = 0
    private var written = 0
    private var leftOut = 0

    init(_ rate: RefusalRate = RefusalRate()) { self.rate = rate }

    /// Whether a line may be written now; counted otherwise.
    mutating func admits(at seconds: Int64) -> Bool {
        if seconds >= start + rate.windowSeconds {
            start = seconds
            written = 0
        }
        guard written < rate.maximumLines else {
            leftOut += 1
            return false
        }
        written += 1
        return true
    }

    /// Counts a line that is not written for another reason; false.
    mutating func leaveOut(at seconds: Int64) -> Bool {
        if seconds >= start + rate.windowSeconds {
            start = seconds
            written = 0
        }
        leftOut += 1
        return false
    }

    func isOver(at seconds: Int64) -> Bool { seconds >= start + rate.windowSeconds }

    var reportTime: BootInstant {
        leftOut == 0 ? .never : BootInstant(nanoseconds: 0).adding(seconds: start + rate.windowSeconds)
    }

    /// How many were left out; zero until their window is over.
    mutating func takeLeftOut(at seconds: Int64) -> Int {
        guard seconds >= start + rate.windowSeconds else { return 0 }
        defer { leftOut = 0 }
        return leftOut
    }
}
