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

    /// Records the session that an approver's parcel starts. `key` is the session's, and the card's.
    ///
    /// - Returns: Whether the journal has the record; if not, there is none.
    func delivered(_ approval: Delivery.Approval, _ key: PublicKey, by call: CallContext) -> Bool {
        handOver(.delivery, of: call) { record in
            record.add(.session, approval.session)
            record.add(.publicKey, key)
            record.add(.claimedOrganizationId, approval.approved.organizationId)
            record.add(.claimedUserId, approval.approved.userId)
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
