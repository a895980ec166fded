// SPDX-License-Identifier: Apache-2.0
import Rules
import Varlink

/// Adds what rules decided to a record.
extension AuditRecord {
    /// Adds the decision about a stamp that was made: the rule, or what a set that only observes would have decided.
    mutating func add(_ decision: Decision, at socket: SocketIdentity) {
        add(.decision, decision.wouldDeny ? "wouldDeny" : decision.wouldConfirm ? "wouldConfirm" : "allowed")
        add(.socket, socket.name)
        if let id = decision.id { add(.ruleId, id) }
        if let reason = decision.reason { add(.reason, reason.text) }
    }

    /// Adds the refusal of a payload.
    mutating func add(_ denial: Denial, at socket: SocketIdentity) {
        add(.socket, socket.name)
        if let id = denial.id { add(.ruleId, id) }
        if let reason = denial.reason { add(.reason, reason) }
    }

    /// Adds the delegate and path, if the proxy may name them.
    mutating func add(_ naming: Naming) {
        if let delegate = naming.delegate { add(.delegate, delegate) }
        if let path = naming.path { add(.path, path) }
    }

    /// Adds the confirmation of a stamp that waits, or waited, for one.
    mutating func add(_ confirmation: ConfirmationId?) {
        if let confirmation { add(.confirmationId, confirmation.text) }
    }
}
