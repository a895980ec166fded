// SPDX-License-Identifier: Apache-2.0
public import Foundation
public import StampClient

/// A session key that a passkey approved, registered at the API and sealed to a frame.
public struct PasskeySession: Sendable, Hashable {
    /// The bundle to inject. Any program that can open it may stamp, so give it to the frame only.
    public let credentialBundle: String
    /// The key inside. Pass it as the expected key when injecting.
    public let publicKey: PublicKey
    let terms: RunningTerms

    /// The user's id.
    public var userId: String { terms.userId }
    /// The id of the organization in which the key is registered.
    public var organizationId: String { terms.organizationId }
    /// When the key expires: counted from before the request, and a few seconds early.
    public var expiry: Expiry { terms.expiry }

    /// When the key expires, by the wall clock.
    public var expiresAt: Date { expiry.date }

    /// Returns the whole seconds that are left, for the injection; 0 when it is over.
    public func remainingSeconds(at now: ContinuousClock.Instant = .now) -> Int {
        Int(expiry.remaining(at: now).components.seconds)
    }
}
