// SPDX-License-Identifier: Apache-2.0
public import Foundation
public import TurnkeyClient

/// A session's key that a site's page made, registered and sealed to the frame.
public struct SiteBundle: Sendable, Hashable {
    /// What to inject. The site does not vouch for what is inside: expect `publicKey` when injecting.
    public let credentialBundle: String
    /// The key inside: compressed P-256 point, 66 lower-case hex digits.
    public let publicKey: String
    public let organizationId: String
    public let userId: String
    /// No more than was wished.
    public let expirationSeconds: Int
    /// From before the page was opened: what expiry is to be counted from.
    public let startedAt: ContinuousClock.Instant
}

/// A stamp_login that the passkey approved and nobody has submitted.
public struct SignedRequest: Sendable, Hashable {
    /// The exact bytes to submit.
    public let body: Data
    public let stamp: StampHeader
    /// What the body asks for: no more than was wished.
    public let expirationSeconds: Int
    public let startedAt: ContinuousClock.Instant
}
