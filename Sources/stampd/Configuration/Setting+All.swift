// SPDX-License-Identifier: Apache-2.0
import SignerCore

/// The table of all settings, with which the options, the file, the help and the manual must agree.
extension Setting {
    static let maximumExpirationSeconds = Setting(
        "maximumExpirationSeconds",
        .number(\.frameLimits.maximumExpirationSeconds, 1...FrameLimits.longestExpirationSeconds),
        isOption: true
    )
    static let maximumMessageBytes = Setting(
        "maximumMessageBytes",
        formerly: "maximumFrameBytes",
        .count(\.limits.maximumMessageBytes, 1024...16_777_216),
        .nextConnection,
        isOption: true
    )
    static let maximumOutputBytes = Setting(
        "maximumOutputBytes",
        .count(\.limits.maximumOutputBytes, 1_048_576...1_073_741_824)
    )
    static let maximumRefusedConnections = Setting(
        "maximumRefusedConnections",
        .count(\.limits.maximumRefusedConnections, 1...256)
    )
    static let maximumWaitingRecords = Setting(
        "maximumWaitingRecords",
        .count(\.auditLimits.maximumWaitingRecords, 16...65_536),
        .start
    )
    static let maximumReadingBytes = Setting(
        "maximumReadingBytes",
        .count(\.limits.maximumReadingBytes, 1_048_576...1_073_741_824),
        isOption: true
    )
    static let maximumConnections = Setting(
        "maximumConnections",
        .count(\.limits.maximumConnections, 2...16_384),
        isOption: true
    )
    static let reservedConnections = Setting(
        "reservedConnections",
        .count(\.limits.reservedConnections, 0...1024),
        isOption: true
    )
    static let memoryLimit = Setting(
        "memoryLimit",
        .choice(\.memoryLimitBytes, 83_886_080...Int64(1) << 40),
        .start,
        isOption: true
    )
    static let keepState = Setting("keepState", .flag(\.mayKeepState), .start, isOption: true)

    /// All settings, in the manual's order.
    package static let all: [Setting] = sessions + connections + audit + service

    private static let sessions = [
        maximumExpirationSeconds,
        Setting(
            "defaultExpirationSeconds",
            .number(\.frameLimits.defaultExpirationSeconds, 1...FrameLimits.longestExpirationSeconds)
        ),
        Setting(
            "defaultEmbeddedKeyExpirationSeconds",
            .number(\.frameLimits.defaultEmbeddedKeyExpirationSeconds, 1...FrameLimits.longestExpirationSeconds)
        ),
        Setting("maximumSessions", .count(\.frameLimits.maximumSessions, 1...64), isOption: true),
        Setting("expiringNoticeSeconds", .number(\.frameLimits.expiringNoticeSeconds, 0...86_400)),
        Setting("maximumPendingKeys", .count(\.frameLimits.maximumPendingKeys, 1...64)),
        Setting(
            "pendingKeySeconds",
            .number(\.frameLimits.pendingKeySeconds, 1...FrameLimits.longestPendingKeySeconds)
        ),
        Setting(
            "maximumRememberedDeadlines",
            .count(\.frameLimits.maximumRememberedDeadlines, 1...Int64(FrameLimits.mostRememberedDeadlines))
        ),
        Setting(
            "manyRememberedDeadlines",
            .count(\.frameLimits.manyRememberedDeadlines, 1...Int64(FrameLimits.mostRememberedDeadlines))
        ),
        Setting(
            "maximumExpiredNames",
            .count(\.frameLimits.maximumExpiredNames, 0...Int64(FrameLimits.mostExpiredNames))
        ),
    ]

    private static let connections = [
        maximumMessageBytes,
        Setting("maximumNesting", .count(\.limits.maximumNesting, 2...128), isOption: true),
        maximumReadingBytes,
        maximumOutputBytes,
        maximumConnections,
        Setting("maximumConnectionsPerUser", .count(\.limits.maximumConnectionsPerUser, 1...16_384), isOption: true),
        reservedConnections,
        maximumRefusedConnections,
        Setting(
            "messageTimeoutSeconds",
            formerly: "frameTimeoutSeconds",
            .number(\.limits.messageTimeoutSeconds, 1...60),
            isOption: true
        ),
        Setting("replyTimeoutSeconds", .number(\.limits.replyTimeoutSeconds, 1...3600)),
        Setting("idleTimeoutSeconds", .number(\.limits.idleTimeoutSeconds, 1...86_400), isOption: true),
        Setting("drainTimeoutSeconds", .number(\.limits.drainTimeoutSeconds, 1...60), isOption: true),
        Setting("maximumCallsPerTurn", .count(\.limits.maximumCallsPerTurn, 1...1024)),
        Setting("maximumEventBytes", .count(\.limits.maximumEventBytes, 4096...16_777_216)),
        Setting("maximumStampsPerSecond", .number(\.stampLimits.perSecond, 0...1_000_000), isOption: true),
        Setting("stampBurstSeconds", .number(\.stampLimits.burstSeconds, 1...3600)),
    ]

    private static let audit = [
        Setting(
            "journalSocket",
            .path(\.journalSocket, 1...DatagramSocket.maximumPathByteCount),
            .start,
            isOption: true
        ),
        Setting("auditRequired", .flag(\.auditLimits.isRequired), .start),
        maximumWaitingRecords,
        Setting("maximumRefusalsPerWindow", .count(\.auditLimits.refusals.maximumLines, 0...10_000)),
        Setting("refusalWindowSeconds", .number(\.auditLimits.refusals.windowSeconds, 1...3600)),
        Setting("maximumAuditedPayloadBytes", .count(\.auditLimits.maximumPayloadBytes, 0...16_777_216)),
        Setting("auditDrainTimeoutSeconds", .number(\.auditLimits.drainTimeoutSeconds, 0...60)),
    ]

    private static let service = [
        Setting("exitOnIdleSeconds", .choice(\.exitOnIdleSeconds, 1...86_400), isOption: true),
        keepState,
        memoryLimit,
        Setting("allowUnlockedMemory", .flag(\.mayUseUnlockedMemory), .start, isOption: true),
        Setting("requireSandbox", .flag(\.mustHaveSandbox), .start, isOption: true),
    ]

    /// Finds the setting of a member, by its name or its former one.
    static func named(_ name: String) -> Setting? { all.first { $0.name == name || $0.formerName == name } }

    /// Finds the setting of an option, by its name or its former one.
    static func option(_ name: String) -> Setting? {
        all.first { $0.isOption && ($0.optionName == name || $0.formerName.map(optionName) == name) }
    }
}
