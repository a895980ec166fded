// SPDX-License-Identifier: Apache-2.0
import SignerCore

/// What callers did.
extension Audit {
    func stamped(_ payload: Span<UInt8>, as stamped: Stamped, session: SessionName) {
        guard isOn else { return }
        let subject = PayloadSubject(of: payload, maximumByteCount: limits.maximumPayloadBytes)
        write(.stamp) { record in
            record.add(.session, session)
            record.add(.publicKey, stamped.publicKey)
            record.add(.payloadSHA256) { bytes in stamped.appendDigestHex(to: &bytes) }
            record.add(.activityType, subject.activityType, of: payload)
            record.add(.organizationId, subject.organizationId, of: payload)
            record.add(.decision, "allowed")
        }
    }

    /// An injection or an activation: whose session it is said to be.
    func admitted(_ session: Session, by kind: AuditKind) {
        write(kind) { record in
            record.add(.session, session.name)
            record.add(.publicKey, session.publicKey)
            record.add(.claimedOrganizationId, session.organizationId)
            record.add(.claimedUserId, session.userId)
            record.add(.decision, "allowed")
        }
    }

    func created(_ key: PublicKey, for session: SessionName) {
        write(.sessionKeyCreated) { record in
            record.add(.session, session)
            record.add(.publicKey, key)
            record.add(.decision, "allowed")
        }
    }

    func dropped(_ key: PublicKey, for session: SessionName) {
        write(.sessionKeyDropped) { record in
            record.add(.session, session)
            record.add(.publicKey, key)
            record.add(.decision, "allowed")
        }
    }

    func reported(_ key: PublicKey, session: SessionName?) {
        write(.reportRejected) { record in
            if let session { record.add(.session, session) }
            record.add(.publicKey, key)
            record.add(.decision, "allowed")
        }
    }

    /// By a call, or by a signal: then it has no caller.
    func reset() { write(.reset) { record in record.add(.decision, "allowed") } }
}

/// What happened in the frame.
extension Audit {
    func record(_ event: FrameEvent) {
        switch event {
        case .embeddedKeyCreated(let publicKey, _):
            write(.embeddedKeyCreated) { $0.add(.publicKey, Hex.text(publicKey)) }
        // Time may have ended it, whoever calls; who asked for a reset is in the reset's own record.
        case .embeddedKeyReset: write(.embeddedKeyReset, isOfCall: false) { _ in }
        case .sessionStarted(let name, let key, _): write(.sessionStarted, name, key)
        case .sessionExpiring: break
        case .sessionExpired(let name, let key): write(.sessionExpired, name, key, isOfCall: false)
        case .sessionEnded(let name, let key): write(.sessionEnded, name, key)
        case .sessionRejected(let name, let key): write(.sessionRejected, name, key)
        case .locked: write(.locked) { _ in }
        case .unlocked: write(.unlocked) { _ in }
        }
    }

    private func write(_ kind: AuditKind, _ name: SessionName, _ key: PublicKey, isOfCall: Bool = true) {
        write(kind, isOfCall: isOfCall) { record in
            record.add(.session, name)
            record.add(.publicKey, key)
        }
    }
}
