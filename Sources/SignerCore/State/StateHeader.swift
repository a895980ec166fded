// SPDX-License-Identifier: Apache-2.0

/// The header of a frame's state, 60 bytes: magic (8), version (4), length (4), generation (8), boot id (16), moment of
/// writing (8), five counts (2 each), two flags (1 each). From version 2 on, which knows of cards, one more count (2) and
/// two more flags (1 each) follow. Integers are little-endian.
///
/// Behind it follow, each of a fixed length, the embedded key (scalar 32, point 33, expiry 8), credentials (scalar 32,
/// point 33), sessions, pending keys, remembered deadlines (point 33, deadline 8), expired names (64), approvers of
/// sessions, the waiting card, the hash of the answered card (32), and at the end the SHA-256 of all bytes before it.
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
        var approvers = 0
        var waitingCards = 0
        var answeredCards = 0
    }

    static let magic: UInt64 = 0x5453_4450_4d41_5453  // "STAMPDST"
    /// Of a state without cards, which a stampd that knows none reads too.
    static let firstVersion: UInt32 = 1
    static let version: UInt32 = 2
    /// Of the first version; cards take `cardsByteCount` more.
    static let byteCount = 60
    static let cardsByteCount = 4
    static let checksumByteCount = 32
}

extension StateHeader.Counts {
    /// The counts that no frame exceeds, however it is configured.
    static let maximum = Self(
        credentials: 129,
        sessions: 64,
        pendingKeys: 64,
        rememberedDeadlines: FrameLimits.mostRememberedDeadlines,
        expiredNames: FrameLimits.mostExpiredNames,
        embeddedKeys: 1,
        approvers: 64,
        waitingCards: 1,
        answeredCards: 1
    )

    /// The first version of the format that has a place for all of it.
    var version: UInt32 {
        approvers + waitingCards + answeredCards == 0 ? StateHeader.firstVersion : StateHeader.version
    }

    /// The length of the header.
    var headerByteCount: Int {
        StateHeader.byteCount + (version == StateHeader.firstVersion ? 0 : StateHeader.cardsByteCount)
    }

    /// The length of the whole state, checksum included.
    var byteCount: Int {
        headerByteCount + embeddedKeys * Self.embeddedKeyByteCount + credentials * Self.credentialByteCount
            + sessions * Self.sessionByteCount + pendingKeys * Self.pendingKeyByteCount
            + rememberedDeadlines * Self.rememberedDeadlineByteCount + expiredNames * Self.nameByteCount
            + approvers * Self.approverByteCount + waitingCards * Self.cardByteCount
            + answeredCards * SHA256Digest.byteCount + StateHeader.checksumByteCount
    }

    var areAllowed: Bool {
        let maximum = Self.maximum
        return credentials <= maximum.credentials && sessions <= maximum.sessions && pendingKeys <= maximum.pendingKeys
            && rememberedDeadlines <= maximum.rememberedDeadlines && expiredNames <= maximum.expiredNames
            && embeddedKeys <= maximum.embeddedKeys && approvers <= maximum.approvers
    }

    static let nameByteCount = SessionName.maximumByteCount
    static let momentByteCount = 8
    static let credentialByteCount = PrivateKey.scalarByteCount + PublicKey.compressedByteCount
    static let embeddedKeyByteCount = credentialByteCount + momentByteCount
    static let claimByteCount = 1 + Claim.maximumByteCount
    /// A session: name, place of its credential, origin, whether its end was announced, two claims, deadline.
    static let sessionByteCount = nameByteCount + 3 + 2 * claimByteCount + momentByteCount
    /// A pending key: name, place of its credential, moment at which it is dropped.
    static let pendingKeyByteCount = nameByteCount + 1 + momentByteCount
    /// Place of its session, the approver's key.
    static let approverByteCount = 1 + SHA256Digest.byteCount
    /// Session, place of its credential, nonce, its end by two clocks, its hash.
    static let cardByteCount =
        nameByteCount + 1 + Card.nonceByteCount + 8 + momentByteCount + SHA256Digest.byteCount
    static let rememberedDeadlineByteCount = PublicKey.compressedByteCount + momentByteCount
}
