// SPDX-License-Identifier: Apache-2.0

/// A named credential with a deadline.
package struct Session {
    /// Where the credential comes from.
    package enum Origin: Sendable {
        /// Injected as a credential bundle.
        case bundle
        /// Made inside.
        case generated
    }

    package let name: SessionName
    package let origin: Origin
    package let organizationId: Claim?
    package let userId: Claim?
    package internal(set) var deadline: BootInstant
    let credential: Credential
    var isExpiringAnnounced = false

    package var publicKey: PublicKey { credential.publicKey }

    /// When the frame next has to look at it.
    func nextChange(_ limits: FrameLimits) -> BootInstant {
        isExpiringAnnounced ? deadline : deadline.subtracting(seconds: limits.expiringNoticeSeconds)
    }
}

/// What an injector or activator asks of a session.
package struct SessionRequest {
    package var name: SessionName
    package var expirationSeconds: Int64?
    package var organizationId: Claim?
    package var userId: Claim?

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

/// A generated key that no API has been said to know yet.
struct PendingKey {
    let credential: Credential
    let name: SessionName
    let dropped: BootInstant
}

/// The key that bundles are encrypted to.
struct EmbeddedKey: ~Copyable {
    let key: PrivateKey
    /// Uncompressed, 65 bytes.
    var publicKey: [UInt8] { key.uncompressedPublicKey }
    let expiry: BootInstant
}
