// SPDX-License-Identifier: Apache-2.0

/// The most memory that a configuration lets peers use, kernel buffers included, in bytes.
struct MemoryBudget {
    /// The most memory that one setting makes the frame hold.
    struct Part {
        let setting: Setting
        let byteCount: Int
    }

    let parts: [Part]

    /// The program with its libraries, the secure heap, libcrypto and the kept state: 12 MiB resident were measured.
    /// Rule sets of a whole configuration take 3 MiB, twice while they are read again, and all counters of limits 3.2
    /// MiB.
    static let ownByteCount = 24 * 1024 * 1024

    /// One connection: its first piece, its object, the kernel's socket, its process's descriptor, and the replies in
    /// its send buffer. The kernel accepts one more piece while the buffer is not full, and counts overhead around the
    /// bytes.
    private static let connectionByteCount =
        ConnectionLimits.readByteCount + 8 * 1024 + 4 * ConnectionLimits.sendBufferByteCount

    /// A record of the audit takes at most 2.9 KiB, with a delegate and a path of 512 bytes each.
    private static let recordByteCount = 3 * 1024

    init(of configuration: Configuration) {
        let limits = configuration.limits
        // A growing buffer exists twice for a moment, a payload is copied once, and so is a bundle.
        let messages = 4 * limits.maximumMessageBytes
        // One turn's replies may exceed the pool before a connection ends because of them.
        let replies = ConnectionLimits.sendByteCount + limits.maximumEventBytes
        parts = [
            Part(setting: .maximumMessageBytes, byteCount: messages),
            Part(setting: .maximumReadingBytes, byteCount: limits.maximumReadingBytes),
            Part(setting: .maximumOutputBytes, byteCount: limits.maximumOutputBytes + replies),
            Part(setting: .maximumConnections, byteCount: limits.maximumConnections * Self.connectionByteCount),
            Part(
                setting: .maximumRefusedConnections,
                byteCount: limits.maximumRefusedConnections * Self.connectionByteCount
            ),
            Part(
                setting: .maximumWaitingRecords,
                byteCount: configuration.auditLimits.maximumWaitingRecords * Self.recordByteCount
            ),
        ]
    }

    var byteCount: Int {
        parts.reduce(Self.ownByteCount + Confirmations.budgetByteCount) { $0 + $1.byteCount }
    }

    /// The setting that uses most.
    var largest: Setting { parts.max { $0.byteCount < $1.byteCount }?.setting ?? .maximumReadingBytes }
}
