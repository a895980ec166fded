// SPDX-License-Identifier: Apache-2.0

/// What was wrong with a credential bundle: `reason` of io.stampd.Control.InvalidBundle.
package enum BundleFault: String, CaseIterable, Sendable {
    case encoding
    case checksum
    case length
    case point
    case decryption
    case scalar
}

/// Where a session's credential comes from: `origin` of the type Session.
package enum SessionOrigin: String, CaseIterable, Sendable {
    case bundle
    case generated
}

/// What happened: `kind` of the type Event.
package enum EventKind: String, CaseIterable, Sendable {
    case embeddedKeyCreated
    case embeddedKeyReset
    case sessionStarted
    case sessionExpiring
    case sessionExpired
    case sessionEnded
    case sessionRejected
    case locked
    case unlocked
    case confirmationWanted
    case confirmationEnded
}

/// What rules say of a payload: `effect` of the type Explanation.
package enum ExplanationEffect: String, CaseIterable, Sendable {
    case allow
    case deny
    case confirm
}

/// How a socket is held to its rules: `mode` of the type Explanation; `none` where it has no rules.
package enum ExplanationMode: String, CaseIterable, Sendable {
    case enforce
    case observe
    case none
}

/// `mode` of the type RuleSet.
package enum RuleSetMode: String, CaseIterable, Sendable {
    case enforce
    case observe
}

/// What one rule said: `outcome` of the type RuleStep.
package enum RuleStepOutcome: String, CaseIterable, Sendable {
    case passed
    case failed
    case held
}
