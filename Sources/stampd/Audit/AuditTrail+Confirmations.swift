// SPDX-License-Identifier: Apache-2.0
import SignerCore

/// Records a stamp that waits for a confirmation: the question, the answer or why there was none, and then the stamp or
/// its refusal.
extension AuditTrail {
    func wanted(_ stamp: WaitingStamp, _ payload: Span<UInt8>, by call: CallContext) {
        guard isOn else { return }
        let subject = PayloadSubject(of: payload, maximumByteCount: maximumPayloadByteCount)
        write(.confirmationWanted, of: call) { record in
            record.add(stamp)
            record.add(.activityType, subject.activityType, of: payload)
            record.add(.organizationId, subject.organizationId, of: payload)
        }
    }

    /// Records an answer; `call` is the answering call.
    func answered(_ stamp: WaitingStamp, allow: Bool, by call: CallContext) {
        write(.confirmationAnswered, of: call) { record in
            record.add(stamp)
            record.add(.decision, allow ? "allowed" : "refused")
        }
    }

    /// Records a wait that ended without an answer. An answered one has its own record.
    func ended(_ confirmation: EndedConfirmation) {
        guard let reason = confirmation.ending.unansweredReason else { return }
        write(.confirmationEnded, of: nil) { record in
            record.add(confirmation.stamp)
            record.add(.reason, reason)
        }
    }
}

extension AuditRecord {
    fileprivate mutating func add(_ stamp: WaitingStamp) {
        add(stamp.id)
        add(.socket, stamp.wanted.socket.name)
        add(.ruleId, stamp.wanted.ruleId)
        add(.session, stamp.wanted.session)
        add(.publicKey, stamp.wanted.publicKey)
        add(.payloadSHA256) { bytes in stamp.wanted.payloadDigest.appendHex(to: &bytes) }
        add(stamp.wanted.naming)
    }
}

extension EndedConfirmation.Ending {
    /// The reason in the audit's words; nil if a person answered.
    fileprivate var unansweredReason: String? {
        switch self {
        case .allowed, .refused: nil
        case .timedOut: "timeout"
        case .nobody: "nobody"
        case .unstampable(.locked): "locked"
        case .unstampable: "session"
        case .abandoned: "connection"
        }
    }
}
