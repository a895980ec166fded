// SPDX-License-Identifier: Apache-2.0
import Rules
import SignerCore

/// A stamp that waits until someone at the control socket answers yes or no.
struct WaitingStamp {
    let id: ConfirmationId
    let wanted: Wanted
    /// CLOCK_BOOTTIME.
    let expiry: BootInstant
    /// What was charged for it when it was asked.
    let receipt: Receipt

    /// What is asked.
    struct Wanted {
        /// The number of the connection that it holds.
        let connection: UInt64
        let peer: Peer
        let socket: SocketIdentity
        let session: SessionName
        /// The key that would sign when it was asked.
        let publicKey: PublicKey
        /// What a stamping proxy that is believed said of the call.
        let naming: Naming
        let payloadDigest: PayloadDigest
        /// Memory that its message and what is shown hold, beside the first piece of each.
        let byteCount: Int
        /// The set that asked for it, and the number of the rule there.
        let rules: SocketRules
        let rule: Int
        let ruleId: String
        /// What a human is shown, for how long, and who may answer.
        let confirmation: Confirmation
    }
}
