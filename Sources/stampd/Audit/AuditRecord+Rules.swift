// SPDX-License-Identifier: Apache-2.0
import Rules
import Varlink

/// What rules have to do with a record.
extension AuditRecord {
    /// Of a stamp that was made: by which rule, or what a set that only observes would have said.
    mutating func add(_ decision: Decision, at socket: SocketIdentity) {
        add(.decision, decision.wouldDeny ? "wouldDeny" : decision.wouldConfirm ? "wouldConfirm" : "allowed")
        add(.socket, socket.name)
        if let id = decision.id { add(.ruleId, id) }
        if let reason = decision.reason { add(.reason, reason.text) }
    }

    /// Of a payload that was refused.
    mutating func add(_ denial: Denial, at socket: SocketIdentity) {
        add(.socket, socket.name)
        if let id = denial.id { add(.ruleId, id) }
        if let reason = denial.reason { add(.reason, reason) }
    }

    /// What a proxy said of the call, where it is believed.
    mutating func add(_ naming: Naming) {
        if let delegate = naming.delegate { add(.delegate, delegate) }
        if let path = naming.path { add(.path, path) }
    }

    /// Of a stamp that waits, or waited, for one.
    mutating func add(_ confirmation: ConfirmationId?) {
        if let confirmation { add(.confirmationId, confirmation.text) }
    }
}
