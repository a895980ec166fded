// SPDX-License-Identifier: Apache-2.0

/// Who asks for a stamp, with which session, as the frame knows it.
package struct Caller: Sendable {
    /// What a stamping proxy says of a call.
    package enum Told: Sendable {
        /// A direct call, which has none.
        case none
        /// The peer is believed, and left it out.
        case untold
        case text(String)
    }

    package struct Session: Sendable {
        package var name: String
        package var origin: Origin
        package var publicKey: KeyBytes?
        package var organizationId: String?

        package init(name: String, origin: Origin, publicKey: KeyBytes? = nil, organizationId: String? = nil) {
            self.name = name
            self.origin = origin
            self.publicKey = publicKey
            self.organizationId = organizationId
        }
    }

    /// Nil: cannot be told.
    package var account: UInt32?
    /// Nil: cannot be told.
    package var gids: [UInt32]?
    /// Every name that a rule may call the caller's unit, the exact one first; nil: cannot be told.
    package var units: [String]?
    /// Nil: cannot be told.
    package var session: Session?
    package var delegate: Told
    package var path: Told
    /// The key that waits in this frame for the session's name.
    package var pendingKey: KeyBytes?
    package var embeddedKey: KeyBytes?

    package init(
        account: UInt32?,
        gids: [UInt32]?,
        units: [String]?,
        session: Session?,
        delegate: Told = .none,
        path: Told = .none,
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

/// A public key, of at most 65 bytes, kept in place.
package struct KeyBytes: Sendable {
    private var bytes = InlineArray<65, UInt8>(repeating: 0)
    private let count: Int

    /// Nil for more than 65 bytes, and for none.
    package init?(_ key: Span<UInt8>) {
        guard (1...65).contains(key.count) else { return nil }
        count = key.count
        for index in key.indices { bytes[index] = key[index] }
    }

    /// Whether the text is these bytes in hex, of either case.
    func equals(hex text: Span<UInt8>) -> Bool {
        guard text.count == count * 2 else { return false }
        for index in 0..<count {
            guard let high = text[index * 2].hexValue, let low = text[index * 2 + 1].hexValue,
                high << 4 | low == bytes[index]
            else { return false }
        }
        return true
    }
}

/// What time it is: by the wall clock, for `fresh` and `time`, and since the boot, for limits.
package struct Clock: Sendable {
    /// Since 1970, UTC.
    package var wallMilliseconds: Int64
    /// CLOCK_BOOTTIME.
    package var bootNanoseconds: Int64

    package init(wallMilliseconds: Int64, bootNanoseconds: Int64) {
        self.wallMilliseconds = wallMilliseconds
        self.bootNanoseconds = bootNanoseconds
    }
}
