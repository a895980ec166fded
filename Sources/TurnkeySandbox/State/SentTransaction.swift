// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A transaction that the API would have sent to a chain, kept for queries of what was sent.
struct SentTransaction {
    /// The id by which its status is asked for.
    let id: UUID
    let organizationId: UUID
    let userId: UUID
    let from: String
    let chainId: UInt64
    let isSponsored: Bool
    let calls: [EthereumCall]
    let gas: EthereumGas
    /// The whole transaction as a node takes it, if its submission had all of it.
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

    /// The answer of `get_send_transaction_status`: accepted, and never on its way.
    var status: JSONObject {
        var object: JSONObject = ["txStatus": "INITIALIZED"]
        object["eth"] = hash.map { ["txHash": .string($0)] }
        return object
    }

    private var hash: String? {
        signed.map { "0x" + Hex.encode(Keccak256.hash($0)) }
    }
}
