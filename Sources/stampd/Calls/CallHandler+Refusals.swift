// SPDX-License-Identifier: Apache-2.0
import SignerCore
import Varlink

/// Records refusals.
extension CallHandler {
    /// Whether the audit and standard error both go to the journal. Then the log leaves out what the audit records.
    var isLogDoubled: Bool { audit.isOn && log.isJournal }

    /// Records a refusal of a connection, or of a message that is not a call.
    func noteRefusal(of context: CallContext, by rule: String, line: @autoclosure () -> String) {
        audit.writeRefusal(of: context, rule: rule) { _ in }
        if !isLogDoubled { log.refused(line(), at: context.start.seconds) }
    }

    /// Records a refused call. `method` is nil if the socket does not have the method, or its parameters are invalid.
    /// The audit leaves out refused look-ups, such as of a session that does not exist (`isRefusalAudited`).
    func note(_ error: ErrorReply, of context: CallContext, method: Method?, isServed: Bool) {
        if !isLogDoubled { logRefusal(error, of: context) }
        guard isServed, method?.traits.isRefusalAudited ?? true else { return }
        audit.writeRefusal(of: context, rule: error.rule) { record in
            switch error {
            case .publicKeyMismatch(let key): record.add(.publicKey, key)
            case .denied(let denial) where denial.reason != nil: record.add(denial, at: context.socket)
            default: break
            }
            record.add(context.naming)
            record.add(context.confirmation)
            record.add(context.approver)
        }
    }

    /// Logs the refusals that an administrator should know of. A missing session is ordinary, and not among them.
    private func logRefusal(_ error: ErrorReply, of context: CallContext) {
        switch error {
        case .denied, .locked, .rateLimited, .tooManySessions, .publicKeyMismatch, .invalidBundle, .parcelRefused:
            let line = "a call of \(context.peer.description): \(error.name.rawValue)"
            log.refused(line, at: context.start.seconds)
        default: break
        }
    }
}

extension ErrorReply {
    /// The error's name; for Denied and ParcelRefused, followed by the rule or reason.
    fileprivate var rule: String {
        let name = name.rawValue.split(separator: ".").last.map(String.init) ?? name.rawValue
        return switch self {
        case .denied(let denial): "\(name).\(denial.rule)"
        case .parcelRefused(let reason): "\(name).\(reason.rawValue)"
        default: name
        }
    }
}
