// SPDX-License-Identifier: Apache-2.0

/// The caller who asks for a stamp, and the session that would stamp, as the frame knows them.
package struct Caller: Sendable {
    /// What a stamping proxy says of a call: its delegate, or its path.
    package enum ProxyStatement: Sendable {
        /// The call is direct, so there is no proxy to say it.
        case none
        /// The proxy may say it, and left it out.
        case untold
        case text(String)
    }

    /// The session that would stamp.
    package struct Session: Sendable {
        /// The session's name.
        package var name: Text
        /// Where its credential comes from.
        package var origin: Origin
        /// Its public key, compressed.
        package var publicKey: KeyBytes?
        /// The organization that the injecting program claimed.
        package var organizationId: Text?

        /// Creates a session.
        package init(name: Text, origin: Origin, publicKey: KeyBytes? = nil, organizationId: Text? = nil) {
            self.name = name
            self.origin = origin
            self.publicKey = publicKey
            self.organizationId = organizationId
        }
    }

    /// The user id of the caller's account; nil if unknown.
    package var account: UInt32?
    /// The caller's groups; nil if unknown.
    package var gids: [UInt32]?
    /// Every name by which a rule may call the caller's unit, the exact one first; nil if the unit is unknown.
    package var units: [String]?
    /// The session that would stamp; nil if unknown.
    package var session: Session?
    /// The proxy's delegate.
    package var delegate: ProxyStatement
    /// The path of the proxied request.
    package var path: ProxyStatement
    /// The generated key that waits in this frame under the session's name.
    package var pendingKey: KeyBytes?
    /// The frame's embedded public key, uncompressed.
    package var embeddedKey: KeyBytes?

    /// Creates a caller.
    package init(
        account: UInt32?,
        gids: [UInt32]?,
        units: [String]?,
        session: Session?,
        delegate: ProxyStatement = .none,
        path: ProxyStatement = .none,
        pendingKey: KeyBytes? = nil,
        embeddedKey: KeyBytes? = nil
    ) {
        self.account = account
        self.gids = gids
        self.units = units
        self.session = session
        self.delegate = delegate
        self.path = path
        self.pendingKey = pendingKey
        self.embeddedKey = embeddedKey
    }
}

/// A public key of 1 to 65 bytes.
package struct KeyBytes: Sendable {
    private let bytes: [UInt8]

    /// Copies the key; nil if it is empty or longer than 65 bytes.
    package init?(_ key: Span<UInt8>) {
        guard (1...65).contains(key.count) else { return nil }
        bytes = key.array
    }

    /// Whether the text is the key in hex, of either case.
    func equals(hex text: Span<UInt8>) -> Bool {
        guard text.count == bytes.count * 2 else { return false }
        for index in bytes.indices {
            guard let high = text[index * 2].hexValue, let low = text[index * 2 + 1].hexValue,
                high << 4 | low == bytes[index]
            else { return false }
        }
        return true
    }
}

/// The time of a decision: by the wall clock, for `fresh` and `time`, and since boot, for limits.
package struct Clock: Sendable {
    /// Milliseconds since 1970, UTC.
    package var wallMilliseconds: Int64
    /// Nanoseconds since boot, by CLOCK_BOOTTIME.
    package var bootNanoseconds: Int64

    /// Creates a time from both clocks.
    package init(wallMilliseconds: Int64, bootNanoseconds: Int64) {
        self.wallMilliseconds = wallMilliseconds
        self.bootNanoseconds = bootNanoseconds
    }
}
