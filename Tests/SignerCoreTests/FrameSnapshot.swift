// SPDX-License-Identifier: Apache-2.0
@testable import SignerCore

/// Everything that a frame holds, to see that a refused call changes none of it.
struct FrameSnapshot: Equatable {
    struct SessionState: Equatable {
        let name: SessionName
        let isGenerated: Bool
        let organizationId: Claim?
        let userId: Claim?
        let deadline: BootInstant
        let publicKey: PublicKey
        let credential: ObjectIdentifier
        let isExpiringAnnounced: Bool
    }

    struct PendingState: Equatable {
        let name: SessionName
        let dropped: BootInstant
        let credential: ObjectIdentifier
    }

    struct CardState: Equatable {
        let session: SessionName
        let nonce: [UInt8]
        let notAfter: Int64
        let dropped: BootInstant
        let digest: SHA256Digest
        let credential: ObjectIdentifier
    }

    let isLocked: Bool
    let embeddedPublicKey: [UInt8]?
    let embeddedKeyExpiry: BootInstant?
    let sessions: [SessionState]
    let pendingKeys: [PublicKey: PendingState]
    let rememberedDeadlines: [PublicKey: BootInstant]
    let expiredNames: [SessionName]
    let waitingCard: CardState?
    let answeredCard: SHA256Digest?
    let approvers: [PublicKey: SHA256Digest]
    let events: [FrameEvent]
    let nextChange: BootInstant
}

extension TestFrame {
    func snapshot() -> FrameSnapshot {
        let embeddedPublicKey: [UInt8]? =
            switch frame.embeddedKey {
            case .some(let key): key.publicKey
            case .none: nil
            }
        return FrameSnapshot(
            isLocked: frame.isLocked,
            embeddedPublicKey: embeddedPublicKey,
            embeddedKeyExpiry: frame.embeddedKeyExpiry,
            sessions: frame.sessions.map(\.state),
            pendingKeys: frame.pendingKeys.mapValues {
                .init(name: $0.name, dropped: $0.dropped, credential: ObjectIdentifier($0.credential))
            },
            rememberedDeadlines: frame.rememberedDeadlines,
            expiredNames: frame.expiredNames,
            waitingCard: frame.waitingCard.map { card in
                FrameSnapshot.CardState(
                    session: card.session,
                    nonce: card.nonce,
                    notAfter: card.notAfter,
                    dropped: card.dropped,
                    digest: card.digest,
                    credential: ObjectIdentifier(card.credential)
                )
            },
            answeredCard: frame.answeredCard,
            approvers: frame.approvers,
            events: frame.events,
            nextChange: frame.nextChange
        )
    }
}

extension Session {
    fileprivate var state: FrameSnapshot.SessionState {
        let isGenerated =
            switch origin {
            case .generated: true
            case .bundle: false
            }
        return .init(
            name: name,
            isGenerated: isGenerated,
            organizationId: organizationId,
            userId: userId,
            deadline: deadline,
            publicKey: publicKey,
            credential: ObjectIdentifier(credential),
            isExpiringAnnounced: isExpiringAnnounced
        )
    }
}
