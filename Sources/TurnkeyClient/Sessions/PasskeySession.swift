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
    /// When to take it for expired, by the wall clock: counted from before the request, and a few seconds early.
    public let expiresAt: Date
    /// The same by a clock that suspend and clock changes leave alone.
    public let deadline: ContinuousClock.Instant

    /// The API's clock starts after ours, and both drift.
    static let safetyMargin = Duration.seconds(3)

    /// Whole seconds that are left, for the injection; 0 when it is over.
    public func remainingSeconds(at now: ContinuousClock.Instant = .now) -> Int {
        max(0, Int((deadline - now).components.seconds))
    }
}
