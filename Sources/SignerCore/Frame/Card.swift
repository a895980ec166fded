// SPDX-License-Identifier: Apache-2.0

/// A request of the frame to its approvers that has no answer yet: a pending key, and what its card says about it.
///
/// The core does not keep the card's text. It knows the text by its hash.
package struct Card {
    let credential: Credential
    /// The session that the key will start.
    package let session: SessionName
    /// 16 random bytes, which make each card unique.
    package let nonce: [UInt8]
    /// The card's end by CLOCK_REALTIME, in seconds since 1970.
    package let notAfter: Int64
    /// The key's end by CLOCK_BOOTTIME.
    let dropped: BootInstant
    /// The SHA-256 of the card's bytes.
    package let digest: SHA256Digest

    package static let nonceByteCount = 16
    /// The last second of the year 9999. The year of a later date has more than four digits.
    package static let latestNotAfter: Int64 = 253_402_300_799

    package var publicKey: PublicKey { credential.publicKey }
}

/// A session that an approver's answer to a card allows.
package struct ApprovedSession {
    package let organizationId: Claim
    package let userId: Claim
    /// The session's deadline, at the latest the one of the answer.
    package let deadline: BootInstant
    /// The approver's key.
    package let approver: SHA256Digest

    package init(organizationId: Claim, userId: Claim, deadline: BootInstant, approver: SHA256Digest) {
        (self.organizationId, self.userId, self.deadline, self.approver) = (organizationId, userId, deadline, approver)
    }
}
