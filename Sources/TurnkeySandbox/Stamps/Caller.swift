// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Who made a request, verified.
struct Caller {
    /// What they signed with, as a vote shows it.
    struct Signature {
        /// An API key in hex, or a passkey's COSE key in base64url: as the user's credential shows it.
        let publicKey: String
        /// ECDSA, as it came.
        let signature: Data
        let scheme: String
    }

    /// Their own organization, which need not be the one that the request names.
    let organizationId: UUID
    let userId: UUID
    /// The profile of the session whose key it is, where it has one.
    let sessionProfileId: UUID?
    /// `nil` for a read-only session, which signs nothing.
    let signature: Signature?
}
