// SPDX-License-Identifier: Apache-2.0

/// What a frame's state begins with, 60 bytes: magic (8), version (4), length (4), generation (8), boot id (16), moment of
/// writing (8), five counts (2 each), two flags (1 each). Integers are little-endian.
///
/// Behind it, each in its own fixed length: the embedded key (scalar 32, point 33, expiry 8), credentials (scalar 32, point
/// 33), sessions, pending keys, remembered deadlines (point 33, deadline 8), expired names (64); at the end the SHA-256 of
/// all that.
struct StateHeader {
    let generation: UInt64
    let bootId: [UInt8]
    let written: BootInstant
    var counts = Counts()
    let isLocked: Bool

    struct Counts: Equatable {
        var credentials = 0
        var sessions = 0
        var pendingKeys = 0
        var rememberedDeadlines = 0
        var expiredNames = 0
        var embeddedKeys = 0
    }

    static let magic: UInt64 = 0x5453_4450_4d41_5453  // "STAMPDST"
    static let version: UInt32 = 1
    static let byteCount = 60
    static let checksumByteCount = 32
}

extension StateHeader.Counts {
    /// What no frame goes beyond, however it is configured.
    static let maximum = Self(
        credentials: 128,
        sessions: 64,
        pendingKeys: 64,
        rememberedDeadlines: FrameLimits.mostRememberedDeadlines,
        expiredNames: FrameLimits.mostExpiredNames,
        embeddedKeys: 1
    )

    /// Of the whole state, checksum included.
    var byteCount: Int {
        StateHeader.byteCount + embeddedKeys * Self.embeddedKeyByteCount + credentials * Self.credentialByteCount
            + sessions * Self.sessionByteCount + pendingKeys * Self.pendingKeyByteCount
            + rememberedDeadlines * Self.rememberedDeadlineByteCount + expiredNames * Self.nameByteCount
            + StateHeader.checksumByteCount
    }

    var areAllowed: Bool {
        let maximum = Self.maximum
        return credentials <= maximum.credentials && sessions <= maximum.sessions && pendingKeys <= maximum.pendingKeys
            && rememberedDeadlines <= maximum.rememberedDeadlines && expiredNames <= maximum.expiredNames
            && embeddedKeys <= maximum.embeddedKeys
    }

    static let nameByteCount = SessionName.maximumByteCount
    static let momentByteCount = 8
    static let credentialByteCount = PrivateKey.scalarByteCount + PublicKey.compressedByteCount
    static let embeddedKeyByteCount = credentialByteCount + momentByteCount
    static let claimByteCount = 1 + Claim.maximumByteCount
    /// Name, place of its credential, origin, whether its end was announced, two claims, deadline.
    static let sessionByteCount = nameByteCount + 3 + 2 * claimByteCount + momentByteCount
    /// Name, place of its credential, when it is dropped.
    static let pendingKeyByteCount = nameByteCount + 1 + momentByteCount
    static let rememberedDeadlineByteCount = PublicKey.compressedByteCount + momentByteCount
}
