// SPDX-License-Identifier: Apache-2.0
import Rules
import SignerCore

/// Writes the records of the audit.
protocol AuditTrail: AnyObject {
    /// Whether records are written at all.
    var isOn: Bool { get }
    /// The longest payload that is read for a record's fields, in bytes.
    var maximumPayloadByteCount: Int { get }

    /// Whether a stamp may be made now: its record has room, or records are not required.
    var admitsStamp: Bool { get }
    /// The audit's position.
    var head: AuditHead { get }

    /// Writes one record about `call`; nil for a change that no call made.
    func write(_ kind: AuditKind, of call: CallContext?, _ addFields: (inout AuditRecord) -> Void)

    /// Writes one record about `call`, and hands it over at once.
    ///
    /// - Returns: Whether the journal took it, and all before it; if not, there is no such record. True if no records are
    ///   written.
    func handOver(_ kind: AuditKind, of call: CallContext, _ addFields: (inout AuditRecord) -> Void) -> Bool

    /// Writes a refusal. If one account causes many, only some are written, and the others are counted.
    func writeRefusal(of call: CallContext, rule: String, _ addFields: (inout AuditRecord) -> Void)
}

/// Records what callers did.
extension AuditTrail {
    /// Records a stamp. `decision` is that of the socket's rules; nil if it has none.
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

    /// Records an injection or an activation, with the organization and user that its caller claims.
    func admitted(_ session: Session, as kind: AuditKind, by call: CallContext) {
        write(kind, of: call) { record in
            record.add(.session, session.name)
            record.add(.publicKey, session.publicKey)
            record.add(.claimedOrganizationId, session.organizationId)
            record.add(.claimedUserId, session.userId)
            record.add(.decision, "allowed")
        }
    }

    /// Records a key that the frame generated or dropped, or that was reported as rejected by the API.
    func allowed(_ kind: AuditKind, _ key: PublicKey, by call: CallContext) {
        write(kind, of: call) { record in
            record.add(.session, call.session)
            record.add(.publicKey, key)
            record.add(.decision, "allowed")
        }
    }

    /// Records a reset by a call; nil for one by a signal.
    func reset(by call: CallContext?) { write(.reset, of: call) { record in record.add(.decision, "allowed") } }
}

/// Records what happened in the frame.
extension AuditTrail {
    /// Records an event. `call` caused it; nil if time did.
    func record(_ event: FrameEvent, of call: CallContext?) {
        switch event {
        case .embeddedKeyCreated(let publicKey, _):
            write(.embeddedKeyCreated, of: call) { $0.add(.publicKey, Hex.text(publicKey)) }
        // The key may have expired during an unrelated call. A reset that was asked for has a record of its own.
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
