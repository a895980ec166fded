// SPDX-License-Identifier: Apache-2.0
import Foundation

/// The verified sender of a request.
struct Caller {
    /// The signature of a request, as a vote shows it.
    struct Signature {
        /// An API key in hex, or a passkey's COSE key in base64url, as the user's credential shows it.
        let publicKey: String
        /// The ECDSA signature as it came.
        let signature: Data
        let scheme: String
    }

    /// The caller's own organization, which need not be the one that the request names.
    let organizationId: UUID
    let userId: UUID
    /// The profile of the session that the key belongs to, if it has one.
    let sessionProfileId: UUID?
    /// `nil` for a read-only session, which signs nothing.
    let signature: Signature?
}
