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
    /// An object of its own too.
    var rules = ConfiguredRules()
    /// Nil where it stays however long nobody needs it.
    var exitOnIdleSeconds: Int64?
    var journalSocket = systemJournal
    /// What the service manager lets the frame have of memory, kernel buffers included; nil where nobody says.
    var memoryLimitBytes: Int64?
    var mayUseUnlockedMemory = false
    var mayKeepState = false
    var mustHaveSandbox = false
    /// Lines about how it was written, for the log; the configuration is the same without them.
    var warnings: [String] = []

    /// systemd-journald's own socket, for its native protocol (systemd.io/JOURNAL_NATIVE_PROTOCOL).
    static let systemJournal = "/run/systemd/journal/socket"

    /// What its settings make wrong together; each is right by itself.
    enum Conflict: Equatable, Error {
        /// Less memory for reading than one account's share.
        case readingTooSmall(minimum: Int)
        /// As many places kept as there are: nobody but root could stamp.
        case allReserved(of: Int)
        /// Peers could make the frame hold more than it may have; `largest` takes most of it.
        case overMemory(needed: Int, limit: Int64, largest: Setting)

        static func == (left: Self, right: Self) -> Bool {
            left.message(naming: \.name) == right.message(naming: \.name)
        }
    }

    var conflicts: [Conflict] {
        var conflicts: [Conflict] = []
        if limits.maximumReadingBytes < limits.minimumReadingBytes {
            conflicts.append(.readingTooSmall(minimum: limits.minimumReadingBytes))
        }
        if limits.reservedConnections >= limits.maximumConnections {
            conflicts.append(.allReserved(of: limits.maximumConnections))
        }
        let budget = MemoryBudget(of: self)
        if let memoryLimitBytes, Int64(budget.byteCount) > memoryLimitBytes {
            conflicts.append(
                .overMemory(needed: budget.byteCount, limit: memoryLimitBytes, largest: budget.largest)
            )
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
            "\(name(.maximumReadingBytes)) must be \(minimum) or more: two messages of \(name(.maximumMessageBytes))"
        case .overMemory(let needed, let limit, let largest):
            """
            peers could make the frame hold \(needed) bytes, and \(name(.memoryLimit)) allows \(limit): \
            lower \(name(largest)), or raise \(name(.memoryLimit)) with MemoryMax= of the unit
            """
        case .allReserved(let count):
            "\(name(.reservedConnections)) must be less than the \(count) of \(name(.maximumConnections))"
        }
    }
}
