// SPDX-License-Identifier: Apache-2.0

/// A fault in a rule set, with its place. Its texts repeat what was read, so escape them before a person sees them.
package struct RuleFault: Error, Hashable, Sendable {
    /// The socket of the set; empty if the fault is not in a set.
    package let socket: String
    /// The rule's id; nil if the fault is not in a rule, or is in the id.
    package let rule: String?
    /// The path to the member, such as `rules[0].when[1].between`; empty for the set itself.
    package let member: String
    /// The fault and its remedy, as the end of a sentence.
    package let message: String

    /// Creates a fault.
    package init(socket: String, rule: String?, member: String, message: String) {
        self.socket = socket
        self.rule = rule
        self.member = member
        self.message = message
    }
}

/// The faults of a configuration's rules; never empty.
package struct RuleFaults: Error, Sendable {
    /// The faults in the order in which they were found.
    package let faults: [RuleFault]

    /// Creates the error; `faults` must not be empty.
    package init(faults: [RuleFault]) { self.faults = faults }
}
