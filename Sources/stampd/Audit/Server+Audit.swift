// SPDX-License-Identifier: Apache-2.0
import SignerCore
import Varlink

extension Server {
    /// Whether the journal gets the same from the audit, so that standard error, which is the journal's too, says nothing.
    var isLogDoubled: Bool { audit.isOn && log.isJournal }

    /// At the end of each turn, behind its replies: the journal gets the turn's records.
    func handOverRecords() {
        audit.handOver()
        schedule(audit.nextTime)
    }

    /// Notes what was refused before it was a call.
    func note(_ peer: Peer, refusedBy rule: String, line: @autoclosure () -> String, at now: BootInstant) {
        audit.writeRefusal(of: peer, rule: rule, at: now)
        if !isLogDoubled { log.refused(line(), at: now.seconds) }
    }

    func note(
        _ peer: Peer,
        refusedBy refusal: AuthorizationRefusal,
        line: @autoclosure () -> String,
        at now: BootInstant
    ) {
        note(peer, refusedBy: "Denied.\(refusal.rule.rawValue)", line: line(), at: now)
    }

    /// Notes a call that was refused; nil for a method that this socket does not have, or that was given what it does not
    /// take. Looking at what is not there is no refusal.
    func note(_ error: ErrorReply, of connection: Connection, method: Method?, at now: BootInstant) {
        if !isLogDoubled { logRefusal(error, of: connection, at: now) }
        guard connection.isServing else { return }
        switch method {
        case nil, .stamper(.stamp), .stamper(.reportRejected), .control: break
        default: return
        }
        audit.writeRefusal(of: connection.peer, rule: error.rule, at: now) { record in
            if let name = auditedSession { record.add(.session, name) }
            if case .publicKeyMismatch(let key) = error { record.add(.publicKey, key) }
        }
    }

    /// What an administrator wants to know of; that there is no session is everyday life.
    private func logRefusal(_ error: ErrorReply, of connection: Connection, at now: BootInstant) {
        switch error {
        case .denied, .locked, .rateLimited, .tooManySessions, .publicKeyMismatch, .invalidBundle:
            log.refused("a call of \(connection.peer.description): \(error.name.rawValue)", at: now.seconds)
        default: break
        }
    }
}

extension ErrorReply {
    /// The error's own name, and for Denied the rule behind it.
    fileprivate var rule: String {
        let name = name.rawValue.split(separator: ".").last.map(String.init) ?? name.rawValue
        guard case .denied(let rule) = self else { return name }
        return "\(name).\(rule)"
    }
}
