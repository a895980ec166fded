// SPDX-License-Identifier: Apache-2.0
import SignerCore

/// What a frame holds itself and its callers to: every limit, deadline and default, each with its `Setting`.
struct Configuration: Equatable, Sendable {
    var limits = ConnectionLimits()
    var frameLimits = FrameLimits()
    var auditLimits = AuditLimits()
    var stampLimits = StampLimits()
    /// Not a setting, but an object of its own in the file.
    var authorization = AuthorizationRules()
    /// Nil where it stays however long nobody needs it.
    var exitOnIdleSeconds: Int64?
    var journalSocket = systemJournal
    var mayUseUnlockedMemory = false
    var mayKeepState = false
    var mustHaveSandbox = false
    /// Lines about how it was written, for the log; the configuration is the same without them.
    var warnings: [String] = []

    /// systemd-journald's own socket, for its native protocol (systemd.io/JOURNAL_NATIVE_PROTOCOL).
    static let systemJournal = "/run/systemd/journal/socket"

    /// What its settings make wrong together; each is right by itself.
    enum Conflict: Equatable, Error {
        /// Less memory for reading than a piece of each connection and one frame take.
        case readingTooSmall(minimum: Int)
        /// As many places kept as there are: nobody but root could stamp.
        case allReserved(of: Int)
    }

    var conflicts: [Conflict] {
        var conflicts: [Conflict] = []
        if limits.maximumReadingBytes < limits.minimumReadingBytes {
            conflicts.append(.readingTooSmall(minimum: limits.minimumReadingBytes))
        }
        if limits.reservedConnections >= limits.maximumConnections {
            conflicts.append(.allReserved(of: limits.maximumConnections))
        }
        return conflicts
    }
}

extension Configuration.Conflict {
    /// As a line, or a sentence's end.
    ///
    /// - Parameter name: What the reader calls a setting: its option, or its member.
    /// - Returns: What must be, and where.
    func message(naming name: (Setting) -> String) -> String {
        switch self {
        case .readingTooSmall(let minimum):
            "\(name(.maximumReadingBytes)) must be \(minimum) or more with so many connections and such messages"
        case .allReserved(let count):
            "\(name(.reservedConnections)) must be less than the \(count) of \(name(.maximumConnections))"
        }
    }
}
