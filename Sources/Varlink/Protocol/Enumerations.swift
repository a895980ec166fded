// SPDX-License-Identifier: Apache-2.0

/// The faults of a credential bundle: `reason` of io.stampd.Control.InvalidBundle.
package enum BundleFault: String, CaseIterable, Sendable {
    case encoding
    case checksum
    case length
    case point
    case decryption
    case scalar
}

/// The reasons why a parcel starts no session: `reason` of io.stampd.Delivery.ParcelRefused.
package enum ParcelFault: String, CaseIterable, Sendable {
    case malformed
    case signature
    case unknownApprover
    case notForThisFrame
    case otherCard
    case tooLate
    case sessionNotAllowed
    case alreadyTaken
}

/// The origins of a session's credential: `origin` of the type Session.
package enum SessionOrigin: String, CaseIterable, Sendable {
    case bundle
    case generated
}

/// The kinds of events: `kind` of the type Event.
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

/// The verdicts of rules on a payload: `effect` of the type Explanation.
package enum ExplanationEffect: String, CaseIterable, Sendable {
    case allow
    case deny
    case confirm
}

/// How strictly a socket's rules apply: `mode` of the type Explanation; `none` where the socket has no rules.
package enum ExplanationMode: String, CaseIterable, Sendable {
    case enforce
    case observe
    case none
}

/// How strictly a rule set applies: `mode` of the type RuleSet.
package enum RuleSetMode: String, CaseIterable, Sendable {
    case enforce
    case observe
}

/// The results of one rule: `outcome` of the type RuleStep.
package enum RuleStepOutcome: String, CaseIterable, Sendable {
    case passed
    case failed
    case held
}
