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
}
