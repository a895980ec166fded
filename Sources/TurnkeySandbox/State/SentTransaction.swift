// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A transaction that the API would have sent to a chain: the sandbox keeps it for whoever asks what was sent.
struct SentTransaction {
    /// What its status is asked by.
    let id: UUID
    let organizationId: UUID
    let userId: UUID
    let from: String
    let chainId: UInt64
    let isSponsored: Bool
    let calls: [EthereumCall]
    let gas: EthereumGas
    /// The whole of it as a node takes it, where its submission said all that is in it.
    let signed: [UInt8]?
    let sentAt: Date

    var json: JSONObject {
        var object: JSONObject = [
            "sendTransactionStatusId": .string(id.text),
            "organizationId": .string(organizationId.text),
            "userId": .string(userId.text),
            "from": .string(from),
            "caip2": .string("eip155:\(chainId)"),
            "sponsor": .bool(isSponsored),
            "calls": .array(calls.map { .object($0.json) }),
            "sentAt": sentAt.json,
        ]
        object["signedTransaction"] = signed.map { .string(Hex.encode($0)) }
        object["txHash"] = hash.map { .string($0) }
        return object.merging(gas.json) { own, _ in own }
    }

    /// As `get_send_transaction_status` has it: accepted, and never on its way.
    var status: JSONObject {
        var object: JSONObject = ["txStatus": "INITIALIZED"]
        object["eth"] = hash.map { ["txHash": .string($0)] }
        return object
    }

    private var hash: String? {
        signed.map { "0x" + Hex.encode(Keccak256.hash($0)) }
    }
}
