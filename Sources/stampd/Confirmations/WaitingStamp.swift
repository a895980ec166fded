// SPDX-License-Identifier: Apache-2.0
import Rules
import SignerCore

/// A stamp that waits until a person at the control socket answers yes or no.
struct WaitingStamp {
    let id: ConfirmationId
    let wanted: Wanted
    /// When it times out, by CLOCK_BOOTTIME.
    let expiry: BootInstant
    /// The charges made when the question was asked.
    let receipt: Receipt

    /// The question.
    struct Wanted {
        /// The id of the connection that it holds.
        let connection: UInt64
        let peer: Peer
        let socket: SocketIdentity
        let session: SessionName
        /// The key that would have signed when the question was asked.
        let publicKey: PublicKey
        /// What a stamping proxy that may do so named with the call.
        let naming: Naming
        let payloadDigest: PayloadDigest
        /// The memory that its message and what is shown hold, not counting the first piece of each.
        let byteCount: Int
        /// The set that asks for a confirmation, and the index of the rule there.
        let rules: SocketRules
        let rule: Int
        let ruleId: String
        /// What a person is shown, for how long, and who may answer.
        let confirmation: Confirmation

        /// The payer among whose stamps it counts.
        var payer: Payer { Payer(account: peer.account, delegate: naming.delegate) }
    }
}
