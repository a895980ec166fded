// SPDX-License-Identifier: Apache-2.0

/// The state of a frame, and what it has done since it started.
public struct Status: Codable, Sendable, Hashable {
    /// The frame's version.
    public let version: String
    /// How long the frame has been running.
    public let uptimeMilliseconds: Int
    /// Whether the frame is locked: it then refuses to stamp, inject, create and activate.
    public let locked: Bool
    /// The embedded public key as an uncompressed P-256 point, 130 hex digits; nil if there is none.
    public let embeddedPublicKey: String?
    /// How many sessions are alive.
    public let sessions: Int
    /// How many connections are open.
    public let connections: Int
    /// How many Stamp calls were answered with a stamp.
    public let stamped: Int
    /// How many Stamp calls were refused by a rule.
    public let denied: Int
    /// How many Stamp calls failed for another reason.
    public let failed: Int
    /// How many audit records the journal did not take, plus the log lines that standard error did not take.
    public let auditLost: Int
    /// The last audit record's number; nil from a frame that does not number them.
    public let auditSequence: Int?
    /// The hash that links the last audit record to all records before it, 64 hex digits; nil from a frame that does not
    /// chain them.
    public let auditChain: String?
    /// How many stamps wait for a confirmation; nil from a frame without confirmations.
    public let waiting: Int?
    /// How many parcels started a session; nil from a frame without deliveries.
    public let delivered: Int?
    /// How many parcels were refused, by reason; nil from a frame without deliveries.
    public let refusedParcels: [RefusedParcels]?

    /// Creates a state, for a test's own ``FrameClient``: by default, that of a frame that has just started.
    public init(
        version: String,
        uptimeMilliseconds: Int = 0,
        locked: Bool = false,
        embeddedPublicKey: String? = nil,
        sessions: Int = 0,
        connections: Int = 1,
        stamped: Int = 0,
        denied: Int = 0,
        failed: Int = 0,
        auditLost: Int = 0,
        auditSequence: Int? = nil,
        auditChain: String? = nil,
        waiting: Int? = nil,
        delivered: Int? = nil,
        refusedParcels: [RefusedParcels]? = nil
    ) {
        self.version = version
        self.uptimeMilliseconds = uptimeMilliseconds
        self.locked = locked
        self.embeddedPublicKey = embeddedPublicKey
        self.sessions = sessions
        self.connections = connections
        self.stamped = stamped
        self.denied = denied
        self.failed = failed
        self.auditLost = auditLost
        self.auditSequence = auditSequence
        self.auditChain = auditChain
        self.waiting = waiting
        self.delivered = delivered
        self.refusedParcels = refusedParcels
    }

    /// The number of parcels that were refused for one reason.
    public struct RefusedParcels: Codable, Sendable, Hashable {
        /// A `ParcelFault` by name, or a reason that a later frame added.
        public let reason: String
        /// How many parcels were refused for it, since the frame started.
        public let count: Int

        /// Creates a number, for a test's own ``FrameClient``.
        public init(reason: String, count: Int) {
            self.reason = reason
            self.count = count
        }
    }
}

/// What one account uses of a frame: a user together with all of that user's subordinate uids.
public struct FrameAccount: Codable, Sendable, Hashable {
    /// The account's user id; nil for the account of users who cannot be told.
    public let uid: Int?
    /// How many different uids of the account are connected.
    public let uids: Int
    /// How many connections of the account are open now, the one that asks among them.
    public let connections: Int
    /// How many of them have an open Monitor.
    public let watchers: Int
    /// How many of them have a call that waits for memory.
    public let waiting: Int
    /// How much memory the frame holds for the account, the kernel's buffers included.
    public let bytes: Int
    /// How many stamps were made in the last whole second.
    public let stampsPerSecond: Int
    /// Why calls or bytes of the account wait: `connections`, `reading`, `output` or `rate`; nil if none do.
    public let throttled: String?
}

/// A rule set in force, and its counters.
public struct RuleSetState: Codable, Sendable, Hashable {
    /// How strictly the set applies.
    public enum Mode: String, Codable, Sendable, Hashable, CaseIterable {
        /// Refusals are enforced.
        case enforce
        /// Refusals are only reported, but for those of deny rules.
        case observe
    }

    /// The socket's name: `stamp`, `stamp-NAME` or `control`.
    public let socket: String
    /// How strictly the set applies.
    public let mode: Mode
    /// How many rules the set has.
    public let rules: Int
    /// The SHA-256 of the set's bytes in the configuration, or of a built-in set's name; 64 hex digits.
    public let sha256: String
    /// How many payloads were allowed.
    public let allowed: Int
    /// How many payloads were refused.
    public let denied: Int
    /// How many payloads were confirmed by a person.
    public let confirmed: Int
    /// How many payloads were stamped that the set would refuse if it did not only observe.
    public let wouldDeny: Int
    /// How many payloads were stamped that the set would ask about if it did not only observe.
    public let wouldConfirm: Int
}

/// The embedded public key, to which credential bundles are encrypted.
public struct EmbeddedPublicKey: Codable, Sendable, Hashable {
    /// Uncompressed P-256 point, 130 lower-case hex digits. Seal to exactly this form, since its bytes are
    /// authenticated.
    public let publicKey: String
    /// The remaining life of the key when the frame answered.
    public let expiresInMilliseconds: Int

    /// Creates a key, for a test's own ``FrameClient``.
    public init(publicKey: String, expiresInMilliseconds: Int) {
        self.publicKey = publicKey
        self.expiresInMilliseconds = expiresInMilliseconds
    }
}
