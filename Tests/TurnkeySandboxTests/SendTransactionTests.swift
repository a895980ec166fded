// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import TurnkeySandbox

@Suite("Transactions that are sent") struct SendTransactionTests {
    private static let gas: JSONObject = [
        "nonce": "7", "gasLimit": "21000", "maxFeePerGas": "2000000000", "maxPriorityFeePerGas": "1000000000",
    ]

    @Test("both versions are kept in their order, with the status that they are asked by") func versions() throws {
        let desk = try Desk(makeWalletFixture())
        let second = try desk.submit(.ethSendTransaction, makeSendParameters())
        var body = desk.makeSubmission(
            .ethSendTransaction,
            makeSendParameters {
                $0["calls"] = nil
                $0["to"] = .string(secondAddress.lowercased())
                $0["data"] = "0xa9059cbb"
            }
        )
        body["type"] = "ACTIVITY_TYPE_ETH_SEND_TRANSACTION"
        let first = try desk.send(.ethSendTransaction, body)["activity"] ?? .null
        #expect(second["intent"]?["ethSendTransactionIntentV2"] != nil)
        #expect(first["intent"]?["ethSendTransactionIntent"] != nil)
        let ids = [
            second["result"]?["ethSendTransactionResultV2"]?["sendTransactionStatusId"],
            first["result"]?["ethSendTransactionResult"]?["sendTransactionStatusId"],
        ]
        #expect(desk.transactions.map { $0["sendTransactionStatusId"] } == ids)
        #expect(
            desk.transactions.map { $0["calls"] } == [
                [["to": .string(secondAddress), "value": "50000000000000000", "data": "0x"]],
                [["to": .string(secondAddress), "value": "0", "data": "0xa9059cbb"]],
            ]
        )
        for transaction in desk.transactions {
            #expect(transaction["from"]?.string == knownAddress && transaction["caip2"] == "eip155:8453")
            #expect(transaction["userId"]?.string == desk.rootUserId.text && transaction["sponsor"] == false)
            #expect(transaction["organizationId"]?.string == desk.organizationId.text)
            // Of gas and nonce nothing was said, and no chain is asked.
            #expect(transaction["signedTransaction"] == nil && transaction["txHash"] == nil)
        }
        for id in ids {
            let status = try desk.query(.getSendTransactionStatus, ["sendTransactionStatusId": id ?? .null])
            #expect(status == ["txStatus": "INITIALIZED"])
        }
    }

    @Test("one that says all that is in it is signed, as sign_transaction signs it") func signed() throws {
        let desk = try Desk(makeWalletFixture())
        let activity = try desk.submit(
            .ethSendTransaction,
            makeSendParameters { $0.merge(Self.gas) { own, _ in own } }
        )
        let transaction = try #require(desk.transactions.first)
        #expect(Self.gas.allSatisfy { transaction[$0.key] == $0.value })
        // The same in RLP: eip155:8453, nonce 7, 1 and 2 gwei, 21000 gas, 0.05 ether.
        let unsigned =
            "02f082210507843b9aca00847735940082520894" + secondAddress.dropFirst(2).lowercased()
            + "87b1a2bc2ec5000080c0"
        let signing = try desk.submit(
            .signTransaction,
            makeTransactionParameters { $0["unsignedTransaction"] = .string(unsigned) }
        )
        let signed = try #require(signing["result"]?["signTransactionResult"]?["signedTransaction"]?.string)
        #expect(transaction["signedTransaction"]?.string == signed)
        let hash = "0x" + Hex.encode(Keccak256.hash(try #require(Hex.decode(signed))))
        #expect(transaction["txHash"]?.string == hash)
        let id = activity["result"]?["ethSendTransactionResultV2"]?["sendTransactionStatusId"] ?? .null
        let status = try desk.query(.getSendTransactionStatus, ["sendTransactionStatusId": id])
        #expect(status == ["txStatus": "INITIALIZED", "eth": ["txHash": .string(hash)]])
    }

    @Test("one that is sponsored, or has several calls, is kept as it was asked for") func unsigned() throws {
        let desk = try Desk(makeWalletFixture())
        let call: JSONValue = ["to": .string(secondAddress)]
        for change in [
            { $0["sponsor"] = true }, { $0["calls"] = [call, call] },
        ] as [(inout JSONObject) -> Void] {
            _ = try desk.submit(
                .ethSendTransaction,
                makeSendParameters {
                    $0.merge(Self.gas) { own, _ in own }
                    $0["deadline"] = "1750000000"
                    $0["gasStationNonce"] = "3"
                    change(&$0)
                }
            )
        }
        #expect(desk.transactions.map { $0["sponsor"] } == [true, false])
        #expect(desk.transactions.map { $0["calls"]?.elements?.count } == [1, 2])
        #expect(desk.transactions.allSatisfy { $0["signedTransaction"] == nil })
    }

    @Test("nothing is kept of one that is refused, or waits") func refused() throws {
        let desk = try Desk(makeWalletFixture(), pendingPolls: 1)
        #expect(throws: APIRefusal.signerNotFound) {
            try desk.submit(.ethSendTransaction, makeSendParameters(from: knownAddress.lowercased()))
        }
        let pending = try desk.submit(.ethSendTransaction, makeSendParameters())
        #expect(desk.transactions.isEmpty)
        _ = try desk.query(.getActivity, ["activityId": pending["id"] ?? .null])
        #expect(desk.transactions.count == 1)
    }

    @Test("a status is not told to another organization") func otherOrganization() throws {
        let desk = try Desk(makeWalletFixture())
        let key = P256Key()
        let sub = try desk.makeSubOrganization("Ada's", try makeRootUser(key: key.key))
        let activity = try desk.submit(.ethSendTransaction, makeSendParameters())
        let id = activity["result"]?["ethSendTransactionResultV2"]?["sendTransactionStatusId"] ?? .null
        #expect(throws: APIRefusal.sendTransactionStatusNotFound) {
            try desk.query(
                .getSendTransactionStatus,
                ["organizationId": .string(sub.id.text), "sendTransactionStatusId": id],
                by: key.key
            )
        }
    }
}
