// SPDX-License-Identifier: Apache-2.0
import Glibc

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

    /// Whether standard error is the journal's stream (systemd.exec(5), `$JOURNAL_STREAM`).
    private let isJournal: Bool
    /// Lines that standard error did not take.
    private(set) var lostCount: Int64 = 0
    private var refusals = RefusalWindow()

    init() {
        unsafe isJournal = getenv("JOURNAL_STREAM") != nil
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
        let decision = refusals.decide(at: seconds)
        if decision.leftOut > 0 { write(.warning, "refused: \(decision.leftOut) more lines like these were left out") }
        if decision.isWritten { write(.warning, "refused: \(line())") }
    }
}

/// Lets a number of lines through in each window of time and counts the others.
struct RefusalWindow {
    static let maximumLines = 20
    static let windowSeconds: Int64 = 10

    private var start: Int64 = 0
    private var written = 0
    private var leftOut = 0

    mutating func decide(at seconds: Int64) -> (isWritten: Bool, leftOut: Int) {
        var reported = 0
        if seconds >= start + Self.windowSeconds {
            reported = leftOut
            self = RefusalWindow(start: seconds)
        }
        guard written < Self.maximumLines else {
            leftOut += 1
            return (false, reported)
        }
        written += 1
        return (true, reported)
    }

    init() {}

    private init(start: Int64) { self.start = start }
}
