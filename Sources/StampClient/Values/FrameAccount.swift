// SPDX-License-Identifier: Apache-2.0

/// What one account makes a frame hold: a user with every subordinate uid of theirs.
public struct FrameAccount: Codable, Sendable, Hashable {
    /// The account's user; nil for those that cannot be told.
    public let uid: Int?
    /// As how many different uids it is connected.
    public let uids: Int
    public let connections: Int
    /// Connections with an open Monitor.
    public let watchers: Int
    /// Connections whose calls wait for memory.
    public let waiting: Int
    /// What it makes the frame hold, the kernel's buffers included.
    public let bytes: Int
    /// Stamps in the last whole second.
    public let stampsPerSecond: Int
    /// Why calls or bytes of it wait: `connections`, `reading`, `output` or `rate`; nil where none do.
    public let throttled: String?
}
