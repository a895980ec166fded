// SPDX-License-Identifier: Apache-2.0
import Rules
import SignerCore

/// Where the records of the audit go.
protocol AuditTrail: AnyObject {
    /// Whether records go anywhere.
    var isOn: Bool { get }
    /// The longest payload that is looked through, in bytes.
    var maximumPayloadByteCount: Int { get }

    /// Whether a stamp may be made now: its record has a place, or need not have one.
    var admitsStamp: Bool { get }
    /// Where the audit stands.
    var head: AuditHead { get }

    /// Writes one record about `call`; nil for what happens by itself.
    func write(_ kind: AuditKind, of call: CallContext?, _ addFields: (inout AuditRecord) -> Void)

    /// Writes a refusal; of a flood by one account only some are written and the others counted.
    func writeRefusal(of call: CallContext, rule: String, _ addFields: (inout AuditRecord) -> Void)
}

/// What callers did.
extension AuditTrail {
    /// `decision`: of the socket's rules; nil where it has none.
    func stamped(_ payload: Span<UInt8>, as stamped: Stamped, after decision: Decision?, by call: CallContext) {
        guard isOn else { return }
        let subject = PayloadSubject(of: payload, maximumByteCount: maximumPayloadByteCount)
        write(.stamp, of: call) { record in
            record.add(.session, call.session)
            record.add(.publicKey, stamped.publicKey)
            record.add(.payloadSHA256) { bytes in stamped.appendDigestHex(to: &bytes) }
            record.add(.activityType, subject.activityType, of: payload)
            record.add(.organizationId, subject.organizationId, of: payload)
            if let decision {
                record.add(decision, at: call.socket)
            } else {
                record.add(.decision, "allowed")
            }
            record.add(call.naming)
            record.add(call.confirmation)
        }
    }

    /// An injection or an activation: whose session it is said to be.
    func admitted(_ session: Session, as kind: AuditKind, by call: CallContext) {
        write(kind, of: call) { record in
            record.add(.session, session.name)
            record.add(.publicKey, session.publicKey)
            record.add(.claimedOrganizationId, session.organizationId)
            record.add(.claimedUserId, session.userId)
            record.add(.decision, "allowed")
        }
    }

    /// A key that was created in the frame, or reported as rejected by the API.
    func allowed(_ kind: AuditKind, _ key: PublicKey, by call: CallContext) {
        write(kind, of: call) { record in
            record.add(.session, call.session)
            record.add(.publicKey, key)
            record.add(.decision, "allowed")
        }
    }

    /// By a call, or by a signal: then it has none.
    func reset(by call: CallContext?) { write(.reset, of: call) { record in record.add(.decision, "allowed") } }
}

/// What happened in the frame.
extension AuditTrail {
    /// Records an event; `call` made it happen, nil where time did.
    func record(_ event: FrameEvent, of call: CallContext?) {
        switch event {
        case .embeddedKeyCreated(let publicKey, _):
            write(.embeddedKeyCreated, of: call) { $0.add(.publicKey, Hex.text(publicKey)) }
        // Time may have ended it, whoever calls; who asked for a reset is in the reset's own record.
        case .embeddedKeyReset: write(.embeddedKeyReset, of: nil) { _ in }
        case .sessionStarted(let name, let key, _): write(.sessionStarted, name, key, of: call)
        case .sessionExpiring: break
        case .sessionExpired(let name, let key): write(.sessionExpired, name, key, of: nil)
        case .sessionEnded(let name, let key): write(.sessionEnded, name, key, of: call)
        case .sessionRejected(let name, let key): write(.sessionRejected, name, key, of: call)
        case .locked: write(.locked, of: call) { _ in }
        case .unlocked: write(.unlocked, of: call) { _ in }
        }
    }

    private func write(_ kind: AuditKind, _ name: SessionName, _ key: PublicKey, of call: CallContext?) {
        write(kind, of: call) { record in
            record.add(.session, name)
            record.add(.publicKey, key)
        }
    }
}
