// SPDX-License-Identifier: Apache-2.0
public import Foundation

/// A session key that a passkey approved: registered at the API, sealed to a frame.
public struct PasskeySession: Sendable, Hashable {
    /// What to inject. Whoever opens it may stamp: hand it to the frame and to nobody else.
    public let credentialBundle: String
    /// The key inside: compressed P-256 point, 66 lower-case hex digits. Expect it when injecting.
    public let publicKey: String
    public let userId: String
    public let organizationId: String
    /// Counted from before the request, and a few seconds early.
    public let expiry: Expiry

    /// When to take it for expired, by the wall clock.
    public var expiresAt: Date { expiry.date }

    /// Whole seconds that are left, for the injection; 0 when it is over.
    public func remainingSeconds(at now: ContinuousClock.Instant = .now) -> Int {
        Int(expiry.remaining(at: now).components.seconds)
    }
}
