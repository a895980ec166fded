// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Who made a request, verified.
struct Caller {
    let userId: UUID
    /// An API key in hex, or a passkey's COSE key in base64url: as the user's credential shows it.
    let publicKey: String
    /// ECDSA, as it came.
    let signature: Data
    let scheme: String
}
