// SPDX-License-Identifier: Apache-2.0
import Foundation
import StampClient

/// A session as it is stored. Only the frame knows whether it still has it.
struct StoredSession: Codable, Sendable {
    let name: SessionName
    let publicKey: PublicKey
    let userId: String
    let organizationId: String
    let apiBaseUrl: String
    let origin: Session.Origin
    let expiry: StoredExpiry
    /// The life that was asked for, which a refresh asks for again.
    let expirationSeconds: Int
    /// The bundle, sealed to `targetPublicKey`; it can restore the session in a frame that still has that key.
    var credentialBundle: String?
    /// The embedded key to which the bundle is sealed, 130 hex digits.
    var targetPublicKey: String?

    /// When the frame got the session; `nil` if it never did.
    var startedAt: StoredInstant?

    init(
        name: SessionName,
        publicKey: PublicKey,
        terms: RunningTerms,
        apiBaseUrl: String,
        origin: Session.Origin,
        expirationSeconds: Int
    ) {
        self.name = name
        self.publicKey = publicKey
        userId = terms.userId
        organizationId = terms.organizationId
        self.apiBaseUrl = apiBaseUrl
        self.origin = origin
        expiry = StoredExpiry(terms.expiry)
        self.expirationSeconds = expirationSeconds
    }

    var terms: RunningTerms {
        RunningTerms(userId: userId, organizationId: organizationId, expiry: expiry.expiry)
    }

    /// Whether a frame that runs since `frameStart` lacks the session only because it was not injected there, and could
    /// be. A session that ended in the frame that had it is not restored, since it was ended on purpose.
    func isRestorable(into embeddedKey: String?, since frameStart: ContinuousClock.Instant) -> Bool {
        guard !isOver, credentialBundle != nil, let targetPublicKey, targetPublicKey == embeddedKey else {
            return false
        }
        return startedAt.map { $0.value.map { $0 < frameStart } ?? true } ?? true
    }

    var isOver: Bool { expiry.expiry.remaining() == .zero }
}
