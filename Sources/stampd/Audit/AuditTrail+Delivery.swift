// SPDX-License-Identifier: Apache-2.0
import SignerCore

/// Records cards, and the parcels that answer them.
extension AuditTrail {
    /// Records a new card, whose key the frame generated.
    func made(_ card: Card, by call: CallContext) {
        write(.cardMade, of: call) { record in
            record.add(.session, card.session)
            record.add(.publicKey, card.publicKey)
            record.add(.cardSHA256, card.digest.hex)
            record.add(.decision, "allowed")
        }
    }

    /// Records a session that an approver's parcel started.
    func delivered(_ session: Session, by call: CallContext) {
        write(.delivery, of: call) { record in
            record.add(.session, session.name)
            record.add(.publicKey, session.publicKey)
            record.add(.claimedOrganizationId, session.organizationId)
            record.add(.claimedUserId, session.userId)
            record.add(call.approver)
            record.add(.decision, "allowed")
        }
    }

    /// Records the end of a session that its approver could not start any more.
    func revoked(_ session: Session, of approver: SHA256Digest) {
        write(.approverRevoked, of: nil) { record in
            record.add(.session, session.name)
            record.add(.publicKey, session.publicKey)
            record.add(approver)
        }
    }
}

extension AuditRecord {
    /// Adds an approver's key, by its fingerprint as ssh-keygen prints it.
    mutating func add(_ approver: SHA256Digest?) { if let approver { add(.approver, approver.fingerprint) } }
}
