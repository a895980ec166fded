// SPDX-License-Identifier: Apache-2.0

/// A named credential with a deadline.
package struct Session {
    /// Where a session's credential comes from.
    package enum Origin: Sendable {
        /// A credential bundle.
        case bundle
        /// The frame, which generated it.
        case generated
    }

    /// The session's name.
    package let name: SessionName
    /// Where the credential comes from.
    package let origin: Origin
    /// The organization that the injecting program claims.
    package let organizationId: Claim?
    /// The user that the injecting program claims.
    package let userId: Claim?
    /// When the session ends.
    package internal(set) var deadline: BootInstant
    let credential: Credential
    var isExpiringAnnounced = false

    /// The key that stamps.
    package var publicKey: PublicKey { credential.publicKey }

    /// The next moment at which the session ends or has to be announced.
    func nextChange(_ limits: FrameLimits) -> BootInstant {
        isExpiringAnnounced ? deadline : deadline.subtracting(seconds: limits.expiringNoticeSeconds)
    }
}

/// What a caller asks for when it injects or activates a session.
package struct SessionRequest {
    /// The session's name.
    package var name: SessionName
    /// The session's life; nil for the default.
    package var expirationSeconds: Int64?
    /// The organization that the caller claims.
    package var organizationId: Claim?
    /// The user that the caller claims.
    package var userId: Claim?

    /// Creates a request.
    package init(
        name: SessionName = .default,
        expirationSeconds: Int64? = nil,
        organizationId: Claim? = nil,
        userId: Claim? = nil
    ) {
        self.name = name
        self.expirationSeconds = expirationSeconds
        self.organizationId = organizationId
        self.userId = userId
    }
}

/// A generated key that waits for its activation, because no caller has said that the API knows it.
struct PendingKey {
    let credential: Credential
    let name: SessionName
    let dropped: BootInstant
}

/// The key that bundles are encrypted to.
struct EmbeddedKey: ~Copyable {
    let key: PrivateKey
    /// The public key in uncompressed form, 65 bytes.
    var publicKey: [UInt8] { key.uncompressedPublicKey }
    let expiry: BootInstant
}
