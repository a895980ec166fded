// SPDX-License-Identifier: Apache-2.0

/// What a frame is and has done since it started.
public struct Status: Codable, Sendable, Hashable {
    public let version: String
    public let uptimeMilliseconds: Int
    /// A locked frame refuses to stamp, inject, create and activate.
    public let locked: Bool
    /// Uncompressed P-256 point, 130 hex digits, where there is an embedded key.
    public let embeddedPublicKey: String?
    public let sessions: Int
    public let connections: Int
    /// Stamp calls that were answered with a stamp.
    public let stamped: Int
    /// Stamp calls that were refused by a rule.
    public let denied: Int
    /// Stamp calls that failed otherwise.
    public let failed: Int
    /// Audit records that no journal took.
    public let auditLost: Int
    /// The number of the last audit record; nil from a frame that does not number them.
    public let auditSequence: Int?
    /// The hash of the last audit record, 64 hex digits; nil from a frame that does not chain them.
    public let auditChain: String?
    /// Stamps that wait for a confirmation; nil from a frame that knows none.
    public let waiting: Int?
}
