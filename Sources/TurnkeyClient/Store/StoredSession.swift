// SPDX-License-Identifier: Apache-2.0
import Foundation
import StampClient

/// A session as the store knows it; whether the frame still has it, only the frame can say.
struct StoredSession: Codable, Sendable {
    let name: String
    /// Compressed P-256 point, 66 lower-case hex digits.
    let publicKey: String
    let userId: String
    let organizationId: String
    let apiBaseUrl: String
    let origin: Session.Origin
    let expiry: StoredExpiry
    /// How long it was asked for: what a refresh asks for again.
    let expirationSeconds: Int
    /// Encrypted to `targetPublicKey`: what brings the session back into a frame that still has that key.
    var credentialBundle: String?
    /// The embedded key that the bundle is sealed to, 130 hex digits.
    var targetPublicKey: String?

    /// When the frame got it; `nil` where it never did.
    var startedAt: StoredInstant?

    /// Whether a frame that has run since `frameStart` does not have it because it has not been given it, and could be.
    /// What ended in the frame that had it is not brought back: somebody ended it.
    func isRestorable(into embeddedKey: String?, since frameStart: ContinuousClock.Instant) -> Bool {
        guard !isOver, credentialBundle != nil, let targetPublicKey, targetPublicKey == embeddedKey else {
            return false
        }
        return startedAt.map { $0.value.map { $0 < frameStart } ?? true } ?? true
    }

    var isOver: Bool { expiry.expiry.remaining() == .zero }
}
