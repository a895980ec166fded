// SPDX-License-Identifier: Apache-2.0
import SignerCore

/// The configuration of a frame: every limit, deadline and default, each with its `Setting`.
package struct Configuration: Equatable, Sendable {
    var limits = ConnectionLimits()
    var frameLimits = FrameLimits()
    var auditLimits = AuditLimits()
    var stampLimits = StampLimits()
    /// The rules about peers: not a setting, but an object of its own in the file.
    var authorization = AuthorizationRules()
    /// The rules on payloads: an object of its own too.
    var rules = ConfiguredRules()
    /// The fleet's session and approvers: an object of its own too. Nil if the frame belongs to no fleet.
    var delivery: DeliveryConfiguration?
    /// How long the frame must be idle before it ends; nil if idleness does not end it.
    var exitOnIdleSeconds: Int64?
    var journalSocket = systemJournal
    /// The memory that the service manager allows the frame, kernel buffers included; nil if no limit is known.
    var memoryLimitBytes: Int64?
    var mayUseUnlockedMemory = false
    var mayKeepState = false
    var mustHaveSandbox = false
    /// Warnings about how the configuration is written, for the log. Its meaning does not depend on them.
    var warnings: [String] = []

    /// The socket of systemd-journald for its native protocol (systemd.io/JOURNAL_NATIVE_PROTOCOL).
    static let systemJournal = "/run/systemd/journal/socket"

    package init() {}

    /// A conflict between settings, each of which is valid by itself.
    enum Conflict: Equatable, Error {
        /// Less memory for reading than one account's share.
        case readingTooSmall(minimum: Int)
        /// All connections are reserved, so only root could stamp.
        case allReserved(of: Int)
        /// Peers could make the frame hold more memory than its limit; `largest` takes most of it.
        case overMemory(needed: Int, limit: Int64, largest: Setting)
        /// The frame would ask its approvers for longer sessions than it grants.
        case deliveryTooLong(maximum: Int64)

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
        if let delivery, delivery.expirationSeconds > frameLimits.maximumExpirationSeconds {
            conflicts.append(.deliveryTooLong(maximum: frameLimits.maximumExpirationSeconds))
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
    /// The conflict as a line, or as the end of a sentence.
    ///
    /// - Parameter name: The reader's name for a setting: its option, or its member.
    /// - Returns: What must hold, and for which setting.
    func message(naming name: (Setting) -> String) -> String {
        switch self {
        case .readingTooSmall(let minimum):
            "\(name(.maximumReadingBytes)) must be \(minimum) or more: two messages of \(name(.maximumMessageBytes))"
        case .overMemory(let needed, let limit, let largest):
            """
            peers could make the frame hold \(needed) bytes, and \(name(.memoryLimit)) allows \(limit): \
            lower \(name(largest)), or raise \(name(.memoryLimit)) with MemoryMax= of the unit
            """
        case .deliveryTooLong(let maximum):
            "expirationSeconds of delivery must be at most the \(maximum) of \(name(.maximumExpirationSeconds))"
        case .allReserved(let count):
            "\(name(.reservedConnections)) must be less than the \(count) of \(name(.maximumConnections))"
        }
    }
}
