// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import TurnkeySandbox

/// What is served is checked against the API's own description.
@Suite("The API's description") struct APIDescriptionTests {
    @Test("has each path that is served, with the type that its clients send", arguments: Endpoint.allCases)
    func paths(_ endpoint: Endpoint) throws {
        let paths = try #require(try Vectors.read("turnkey-paths.json")["paths"])
        let path = try #require(paths.elements?.first { $0["path"]?.string == endpoint.rawValue })
        let types = endpoint.kinds.map(\.type)
        if let type = path["type"]?.string { #expect(types.contains(type)) } else { #expect(types.isEmpty) }
    }

    /// Every member that a request for wallets, signatures or votes may have, each with a value.
    private static let requests: [(Endpoint, JSONObject)] = [
        (
            .createWallet,
            makeWalletParameters("W", makeAccount("m/0") { $0["name"] = "A" })
                .merging(["mnemonicLength": 24]) { own, _ in own }
        ),
        (
            .createWalletAccounts,
            ["walletId": "<WALLET>", "accounts": [.object(makeAccount("m/1") { $0["name"] = "B" })], "persist": true]
        ),
        (.signTransaction, makeTransactionParameters()),
        (.signRawPayload, makePayloadParameters()),
        (.signRawPayloads, makePayloadParameters { ($0["payloads"], $0["payload"]) = ([$0["payload"] ?? .null], nil) }),
        (
            .ethSendTransaction,
            makeSendParameters {
                $0["calls"] = [["to": .string(secondAddress), "value": "1", "data": "0x"]]
                $0["sponsor"] = false
                for name in [
                    "nonce", "gasLimit", "maxFeePerGas", "maxPriorityFeePerGas", "deadline", "gasStationNonce",
                ] {
                    $0[name] = "7"
                }
            }
        ),
        (
            .listWalletAccounts,
            [
                "walletId": "<WALLET>", "includeWalletDetails": true,
                "paginationOptions": ["limit": "1", "after": "<ID>"],
            ]
        ),
        (
            .listActivities,
            [
                "filterByStatus": ["ACTIVITY_STATUS_FAILED"], "filterByType": ["ACTIVITY_TYPE_CREATE_WALLET"],
                "paginationOptions": ["limit": "1", "before": "<ID>"],
            ]
        ),
    ]

    @Test("has the members that are taken, but those of external signers", arguments: requests)
    func members(_ endpoint: Endpoint, _ members: JSONObject) throws {
        let desk = try Desk(makeWalletFixture())
        let walletId = try #require(try desk.query(.listWallets)["wallets"]?[0]?["walletId"]?.string)
        let text = members.text.replacing("<WALLET>", with: walletId).replacing("<ID>", with: UUID().text)
        let request = try JSONObject(reading: Data(text.utf8))
        if endpoint.family == .submit {
            #expect(try desk.submit(endpoint, request)["status"] == "ACTIVITY_STATUS_COMPLETED")
        } else {
            _ = try desk.query(endpoint, request)
        }
        let paths = try #require(try Vectors.read("turnkey-paths.json")["paths"])
        let path = try #require(paths.elements?.first { $0["path"]?.string == endpoint.rawValue })
        let described = try #require(path["members"]?.elements).compactMap(\.string)
        // Of a page's two ends, one stands in a request.
        let apart: Set = [
            "organizationId", "externalSignerPubkey", "paginationOptions/after", "paginationOptions/before",
        ]
        #expect(Set(Self.names(.object(request), "")).subtracting(apart) == Set(described).subtracting(apart))
    }

    private static func names(_ value: JSONValue, _ path: String) -> [String] {
        switch value {
        case .object(let object): object.flatMap { names($1, path.isEmpty ? $0 : "\(path)/\($0)") }
        case .array(let elements):
            elements.flatMap { element in
                if case .object = element { names(element, path + "/*") } else { [path] }
            }
        default: [path]
        }
    }

    @Test("has the action of each kind of activity, where it has the kind") func actions() throws {
        let rows = try #require(try Vectors.read("turnkey-policy.json")["activities"]?.elements)
        var actions: [String: String] = [:]
        for row in rows { actions[row["type"]?.string ?? ""] = row["action"]?.string }
        let kinds = Endpoint.allCases.flatMap(\.kinds)
        #expect(kinds.filter { actions[$0.type] != nil }.count >= 17)
        for kind in kinds {
            guard let action = actions[kind.type] else { continue }
            #expect(kind.action == action, "\(kind.type)")
        }
    }
}
