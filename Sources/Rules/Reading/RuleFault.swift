// SPDX-License-Identifier: Apache-2.0

/// What is wrong with a rule set, and where. Its texts repeat what was read: escape them before a person sees them.
package struct RuleFault: Error, Hashable, Sendable {
    /// Of the set; empty where the fault is about no set.
    package let socket: String
    /// The rule's id; nil where the fault is about no rule, or the rule's id is one.
    package let rule: String?
    /// As in `rules[0].when[1].between`; empty for the set itself.
    package let member: String
    /// As a sentence's end: what is wrong, and what would be right.
    package let message: String

    package init(socket: String, rule: String?, member: String, message: String) {
        self.socket = socket
        self.rule = rule
        self.member = member
        self.message = message
    }
}

/// All that was found; never empty.
package struct RuleFaults: Error, Sendable {
    package let faults: [RuleFault]

    package init(faults: [RuleFault]) { self.faults = faults }
}
