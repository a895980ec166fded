// SPDX-License-Identifier: Apache-2.0
import Foundation

@testable import TurnkeySandbox

private func field(_ text: String) -> String { "invalid request body: field `\(text)" }

private let formats =
    "invalid address format: this sandbox serves "
    + "ADDRESS_FORMAT_ETHEREUM, ADDRESS_FORMAT_COMPRESSED, ADDRESS_FORMAT_UNCOMPRESSED"
private let encodings =
    "invalid payload encoding: this sandbox serves PAYLOAD_ENCODING_HEXADECIMAL, PAYLOAD_ENCODING_TEXT_UTF8"
private let hashes =
    "invalid hash function: this sandbox serves HASH_FUNCTION_NO_OP, HASH_FUNCTION_SHA256, HASH_FUNCTION_KECCAK256"
private let noSigner = "Could not find any resource to sign with. Addresses are case sensitive."

/// A request that is refused with 400 `REQUEST_INVALID`.
private func invalid(
    _ name: String,
    _ message: String,
    _ endpoint: Endpoint,
    _ parameters: @escaping @Sendable @autoclosure () -> JSONObject
) -> RefusalRow {
    RefusalRow(name, 400, 3, message, "REQUEST_INVALID") { desk, _ in _ = try desk.submit(endpoint, parameters()) }
}

/// A wallet whose one account is changed.
private func wallet(_ name: String, _ value: JSONValue?) -> JSONObject {
    makeWalletParameters("W", makeAccount { $0[name] = value })
}

private func payload(_ name: String, _ value: JSONValue?) -> JSONObject {
    makePayloadParameters { $0[name] = value }
}

private func transaction(_ name: String, _ value: JSONValue?) -> JSONObject {
    makeTransactionParameters { $0[name] = value }
}

private func sending(_ name: String, _ value: JSONValue?) -> JSONObject {
    makeSendParameters { $0[name] = value }
}

/// Wallets that cannot be made, and that there are not.
let walletRefusals: [RefusalRow] = [
    invalid("a wallet without a name", field("walletName` must not be empty"), .createWallet, makeWalletParameters("")),
    invalid(
        "a wallet without a list of accounts",
        "invalid request body: missing field `accounts`",
        .createWallet,
        ["walletName": "W"]
    ),
    invalid(
        "a curve of another kind",
        "invalid curve: this sandbox serves CURVE_SECP256K1",
        .createWallet,
        wallet("curve", "CURVE_ED25519")
    ),
    invalid(
        "a curve that there is not",
        "invalid curve: this sandbox serves CURVE_SECP256K1",
        .createWallet,
        wallet("curve", "secp256k1")
    ),
    invalid("no curve", "invalid request body: missing field `accounts[0].curve`", .createWallet, wallet("curve", nil)),
    invalid(
        "a path format that there is not",
        "invalid path format: there is PATH_FORMAT_BIP32",
        .createWallet,
        wallet("pathFormat", "PATH_FORMAT_BIP44")
    ),
    invalid("a path without its root", "invalid path", .createWallet, wallet("path", "44'/60'/0'/0/0")),
    invalid("a path of no step", "invalid path", .createWallet, wallet("path", "m")),
    invalid("a path with a step beyond 31 bits", "invalid path", .createWallet, wallet("path", "m/2147483648")),
    invalid("a path that is a number", field("accounts[0].path` must be a string"), .createWallet, wallet("path", 0)),
    invalid(
        "an address format of another chain",
        formats,
        .createWallet,
        wallet("addressFormat", "ADDRESS_FORMAT_SOLANA")
    ),
    invalid("an address format that there is not", formats, .createWallet, wallet("addressFormat", "ETHEREUM")),
    invalid(
        "an account's unknown member",
        "invalid request body: unknown field `accounts[0].label`",
        .createWallet,
        wallet("label", "x")
    ),
    invalid(
        "13 words",
        field("mnemonicLength` must be 12, 15, 18, 21 or 24"),
        .createWallet,
        makeWalletParameters().merging(["mnemonicLength": 13]) { own, _ in own }
    ),
    invalid(
        "words as text",
        field("mnemonicLength` must be an integer"),
        .createWallet,
        makeWalletParameters().merging(["mnemonicLength": "12"]) { own, _ in own }
    ),
    invalid(
        "two accounts at one path",
        "account already exists in wallet path=m/0",
        .createWallet,
        makeWalletParameters("W", makeAccount("m/0"), makeAccount("m/0"))
    ),
    invalid(
        "two accounts of one name",
        "wallet account label must be unique",
        .createWallet,
        makeWalletParameters("W", makeAccount("m/0") { $0["name"] = "A" }, makeAccount("m/1") { $0["name"] = "A" })
    ),
    invalid(
        "101 accounts",
        field("accounts` must be at most 100"),
        .createWallet,
        ["walletName": "W", "accounts": .array((0..<101).map { .object(makeAccount("m/\($0)")) })]
    ),
    RefusalRow("a second wallet of one name", 400, 3, "wallet label must be unique", "REQUEST_INVALID") { desk, _ in
        for _ in 0..<2 { _ = try desk.submit(.createWallet, makeWalletParameters()) }
    },
    RefusalRow("the 101st wallet", 429, 8, "organization has exceeded maximum wallets", "") { desk, _ in
        for number in 0..<101 { _ = try desk.submit(.createWallet, makeWalletParameters("W\(number)")) }
    },
    RefusalRow("accounts of no wallet", 404, 5, "no wallet found with the given ID", "") { desk, _ in
        _ = try desk.submit(
            .createWalletAccounts,
            ["walletId": .string(UUID().text), "accounts": [.object(makeAccount())]]
        )
    },
    RefusalRow("accounts of another organization's wallet", 404, 5, "no wallet found with the given ID", "") {
        desk,
        _ in
        let key = P256Key()
        let sub = try desk.makeSubOrganization("Ada's", try makeRootUser(key: key.key))
        let made = try desk.submit(.createWallet, makeWalletParameters(), in: sub.id, by: key.key)
        let id = made["result"]?["createWalletResult"]?["walletId"] ?? .null
        _ = try desk.submit(.createWalletAccounts, ["walletId": id, "accounts": [.object(makeAccount())]])
    },
    invalid(
        "no accounts",
        field("accounts` must not be empty"),
        .createWalletAccounts,
        ["walletId": "x", "accounts": []]
    ),
    invalid(
        "persist in words",
        field("persist` must be a boolean"),
        .createWalletAccounts,
        ["walletId": "x", "accounts": [.object(makeAccount())], "persist": "no"]
    ),
    RefusalRow("get_wallet of an unknown one", 404, 5, "no wallet found with the given ID", "") { desk, _ in
        _ = try desk.query(.getWallet, ["walletId": .string(UUID().text)])
    },
    RefusalRow("get_wallet of no UUID", 404, 5, "no wallet found with the given ID", "") { desk, _ in
        _ = try desk.query(.getWallet, ["walletId": "mine"])
    },
    RefusalRow("list_wallet_accounts of an unknown wallet", 404, 5, "no wallet found with the given ID", "") {
        desk,
        _ in
        _ = try desk.query(.listWalletAccounts, ["walletId": .string(UUID().text)])
    },
    RefusalRow("get_wallet_account of an unknown address", 404, 5, "no wallet account found", "") { desk, _ in
        let made = try desk.submit(.createWallet, makeWalletParameters())
        let id = made["result"]?["createWalletResult"]?["walletId"] ?? .null
        _ = try desk.query(.getWalletAccount, ["walletId": id, "address": .string(knownAddress)])
    },
    RefusalRow(
        "get_wallet_account by nothing",
        400,
        3,
        field("address` must be there, or `path`, and not both"),
        "REQUEST_INVALID"
    ) { desk, _ in _ = try desk.query(.getWalletAccount, ["walletId": .string(UUID().text)]) },
    RefusalRow(
        "get_wallet_account by both",
        400,
        3,
        field("address` must be there, or `path`, and not both"),
        "REQUEST_INVALID"
    ) { desk, _ in _ = try desk.query(.getWalletAccount, ["walletId": "x", "address": "x", "path": "m/0"]) },
    RefusalRow(
        "a page of none",
        400,
        3,
        field("paginationOptions.limit` must be 1 to 100 in decimal digits"),
        "REQUEST_INVALID"
    ) { desk, _ in _ = try desk.query(.listWalletAccounts, ["paginationOptions": ["limit": "0"]]) },
    RefusalRow(
        "a page of 101",
        400,
        3,
        field("paginationOptions.limit` must be 1 to 100 in decimal digits"),
        "REQUEST_INVALID"
    ) { desk, _ in _ = try desk.query(.listActivities, ["paginationOptions": ["limit": "101"]]) },
    RefusalRow(
        "a page that begins nowhere",
        400,
        3,
        field("paginationOptions.after` must be an identifier"),
        "REQUEST_INVALID"
    ) { desk, _ in _ = try desk.query(.listActivities, ["paginationOptions": ["after": "x"]]) },
    RefusalRow(
        "a page between two",
        400,
        3,
        field("paginationOptions.after` cannot stand beside `before`"),
        "REQUEST_INVALID"
    ) { desk, _ in
        let id = JSONValue.string(UUID().text)
        _ = try desk.query(.listActivities, ["paginationOptions": ["after": id, "before": id]])
    },
    RefusalRow(
        "activities of a status that there is not",
        400,
        3,
        field("filterByStatus` must be of the API's statuses"),
        "REQUEST_INVALID"
    ) { desk, _ in _ = try desk.query(.listActivities, ["filterByStatus": ["PENDING"]]) },
    RefusalRow(
        "activities of a type that there is not",
        400,
        3,
        field("filterByType` must be of the API's types"),
        "REQUEST_INVALID"
    ) { desk, _ in _ = try desk.query(.listActivities, ["filterByType": ["SIGN"]]) },
]

/// What cannot be signed or sent.
let signingRefusals: [RefusalRow] = [
    RefusalRow("a transaction by nobody's address", 404, 5, noSigner, "") { desk, _ in
        _ = try desk.submit(.signTransaction, makeTransactionParameters())
    },
    RefusalRow("an address in another case", 404, 5, noSigner, "") { _, _ in
        let desk = try Desk(makeWalletFixture())
        _ = try desk.submit(.signTransaction, makeTransactionParameters(knownAddress.lowercased()))
    },
    RefusalRow("a wallet in the place of an address", 404, 5, noSigner, "") { _, _ in
        let desk = try Desk(makeWalletFixture())
        let id = try desk.query(.listWallets)["wallets"]?[0]?["walletId"]?.string ?? ""
        _ = try desk.submit(.signRawPayload, makePayloadParameters(id))
    },
    RefusalRow("payloads by nobody's address", 404, 5, noSigner, "") { desk, _ in
        _ = try desk.submit(
            .signRawPayloads,
            makePayloadParameters {
                $0["payloads"] = [$0["payload"] ?? .null]
                $0["payload"] = nil
            }
        )
    },
    invalid("no signer", field("signWith` must not be empty"), .signTransaction, transaction("signWith", "")),
    invalid(
        "a transaction of another chain's kind",
        "invalid transaction type: this sandbox serves TRANSACTION_TYPE_ETHEREUM",
        .signTransaction,
        transaction("type", "TRANSACTION_TYPE_SOLANA")
    ),
    invalid(
        "a transaction of no kind",
        "invalid request body: missing field `type`",
        .signTransaction,
        transaction("type", nil)
    ),
    invalid(
        "a transaction that is not hexadecimal",
        field("unsignedTransaction` must be hexadecimal"),
        .signTransaction,
        transaction("unsignedTransaction", "0xzz")
    ),
    invalid(
        "a transaction of half a byte",
        field("unsignedTransaction` must be hexadecimal"),
        .signTransaction,
        transaction("unsignedTransaction", "0x1")
    ),
    invalid(
        "a transaction of nothing",
        field("unsignedTransaction` is no transaction of EIP-155, EIP-2930 or EIP-1559"),
        .signTransaction,
        transaction("unsignedTransaction", "0x")
    ),
    invalid(
        "a transaction with bytes behind it",
        field("unsignedTransaction` is no list in canonical RLP"),
        .signTransaction,
        transaction("unsignedTransaction", "02c000")
    ),
    invalid(
        "a transaction without its fields",
        field("unsignedTransaction` has 0 fields where it must have 9"),
        .signTransaction,
        transaction("unsignedTransaction", "0x02c0")
    ),
    invalid(
        "an external signer",
        field("externalSignerPubkey` is not served by this sandbox"),
        .signTransaction,
        transaction("externalSignerPubkey", "02")
    ),
    invalid(
        "an alias of a member",
        "invalid request body: unknown field `sign_with`",
        .signTransaction,
        transaction("sign_with", "x")
    ),
    invalid("an encoding that there is not", encodings, .signRawPayload, payload("encoding", "HEX")),
    invalid(
        "an encoding of another standard",
        encodings,
        .signRawPayload,
        payload("encoding", "PAYLOAD_ENCODING_EIP712")
    ),
    invalid("a hash function that there is not", hashes, .signRawPayload, payload("hashFunction", "SHA256")),
    invalid(
        "the hash function of another curve",
        hashes,
        .signRawPayload,
        payload("hashFunction", "HASH_FUNCTION_NOT_APPLICABLE")
    ),
    invalid(
        "a payload that is not hexadecimal",
        field("payload` must be hexadecimal"),
        .signRawPayload,
        payload("payload", "hello")
    ),
    invalid(
        "a payload of 31 bytes, unhashed",
        field("payload` must be 32 bytes, for a hash that is not made here"),
        .signRawPayload,
        payload("payload", .string(String(repeating: "11", count: 31)))
    ),
    invalid("no payload", "invalid request body: missing field `payload`", .signRawPayload, payload("payload", nil)),
    invalid(
        "payloads where one is meant",
        "invalid request body: unknown field `payloads`",
        .signRawPayload,
        payload("payloads", [])
    ),
    invalid(
        "no payloads",
        field("payloads` must be 1 to 100"),
        .signRawPayloads,
        makePayloadParameters { ($0["payload"], $0["payloads"]) = (nil, []) }
    ),
    invalid(
        "a payload among others that is not hexadecimal",
        field("payloads[1]` must be hexadecimal"),
        .signRawPayloads,
        makePayloadParameters { ($0["payloads"], $0["payload"]) = ([$0["payload"] ?? .null, "x"], nil) }
    ),
    invalid(
        "101 payloads",
        field("payloads` must be 1 to 100"),
        .signRawPayloads,
        makePayloadParameters {
            ($0["payloads"], $0["payload"]) = (.array([JSONValue](repeating: $0["payload"] ?? .null, count: 101)), nil)
        }
    ),
    RefusalRow("a transaction sent from nobody's address", 404, 5, noSigner, "") { desk, _ in
        _ = try desk.submit(.ethSendTransaction, makeSendParameters())
    },
    RefusalRow("a transaction sent from a public key", 404, 5, noSigner, "") { desk, _ in
        let account = makeAccount("m/0", "ADDRESS_FORMAT_COMPRESSED")
        let made = try desk.submit(.createWallet, makeWalletParameters("W", account))
        let address = made["result"]?["createWalletResult"]?["addresses"]?[0]?.string ?? ""
        _ = try desk.submit(.ethSendTransaction, makeSendParameters(from: address))
    },
    invalid(
        "a chain of another kind",
        field("caip2` must be eip155: and a chain's number"),
        .ethSendTransaction,
        sending("caip2", "solana:mainnet")
    ),
    invalid(
        "a chain of zero",
        field("caip2` must be eip155: and a chain's number"),
        .ethSendTransaction,
        sending("caip2", "eip155:0")
    ),
    invalid(
        "a chain with a zero before it",
        field("caip2` must be eip155: and a chain's number"),
        .ethSendTransaction,
        sending("caip2", "eip155:01")
    ),
    invalid("no calls", field("calls` must be 1 to 50"), .ethSendTransaction, sending("calls", [])),
    invalid(
        "51 calls",
        field("calls` must be 1 to 50"),
        .ethSendTransaction,
        sending("calls", .array([JSONValue](repeating: ["to": .string(knownAddress)], count: 51)))
    ),
    invalid(
        "a call to no address",
        field("calls[0].to` must be 0x and 40 hex digits"),
        .ethSendTransaction,
        sending("calls", [["to": "0x00"]])
    ),
    invalid(
        "a value in hexadecimal",
        field("calls[0].value` must be a whole number below 2^256 in decimal digits"),
        .ethSendTransaction,
        sending("calls", [["to": .string(knownAddress), "value": "0x10"]])
    ),
    invalid(
        "a value that is a number",
        field("calls[0].value` must be a string"),
        .ethSendTransaction,
        sending("calls", [["to": .string(knownAddress), "value": 1]])
    ),
    invalid(
        "data without 0x",
        field("calls[0].data` must be 0x and hexadecimal"),
        .ethSendTransaction,
        sending("calls", [["to": .string(knownAddress), "data": "a9059cbb"]])
    ),
    invalid(
        "a nonce beyond 64 bits",
        field("nonce` must be below 2^64"),
        .ethSendTransaction,
        sending("nonce", "18446744073709551616")
    ),
    invalid(
        "a negative fee",
        field("maxFeePerGas` must be a whole number below 2^256 in decimal digits"),
        .ethSendTransaction,
        sending("maxFeePerGas", "-1")
    ),
    invalid(
        "the first version's member in the second",
        "invalid request body: unknown field `to`",
        .ethSendTransaction,
        sending("to", .string(knownAddress))
    ),
    RefusalRow(
        "the second version's member in the first",
        400,
        3,
        "invalid request body: unknown field `calls`",
        "REQUEST_INVALID"
    ) { desk, _ in
        var body = desk.makeSubmission(.ethSendTransaction, sending("to", .string(knownAddress)))
        body["type"] = "ACTIVITY_TYPE_ETH_SEND_TRANSACTION"
        _ = try desk.send(.ethSendTransaction, body)
    },
    RefusalRow("the status of nothing", 404, 5, "no send transaction status found with the given ID", "") { desk, _ in
        _ = try desk.query(.getSendTransactionStatus, ["sendTransactionStatusId": .string(UUID().text)])
    },
]

private let noFingerprint =
    "No activity found with fingerprint. Consensus activities must target an existing activity by fingerprint"

/// Votes that do not count.
let voteRefusals: [RefusalRow] = [
    RefusalRow("an approval of nothing", 404, 5, noFingerprint, "") { desk, _ in
        _ = try desk.submit(.approveActivity, ["fingerprint": "sha256:00"])
    },
    RefusalRow("an identifier in the place of a fingerprint", 404, 5, noFingerprint, "") { desk, _ in
        let activity = try desk.submit(.createWallet, makeWalletParameters())
        _ = try desk.submit(.rejectActivity, ["fingerprint": activity["id"] ?? .null])
    },
    RefusalRow("an approval of what is done", 400, 3, "activity does not need consensus", "REQUEST_INVALID") {
        desk,
        _ in
        let activity = try desk.submit(.createWallet, makeWalletParameters())
        _ = try desk.submit(.approveActivity, ["fingerprint": activity["fingerprint"] ?? .null])
    },
    RefusalRow("a rejection of what is done", 400, 3, "activity does not need consensus", "REQUEST_INVALID") {
        desk,
        _ in
        let activity = try desk.submit(.createWallet, makeWalletParameters())
        _ = try desk.submit(.rejectActivity, ["fingerprint": activity["fingerprint"] ?? .null])
    },
    RefusalRow(
        "an approval by who asked",
        400,
        3,
        "user has already voted on this activity",
        "REQUEST_INVALID"
    ) { _, _ in
        let fixture = makeWalletFixture([P256Key().user("Second", isRootUser: true)], rootQuorumThreshold: 2)
        let desk = try Desk(fixture)
        let activity = try desk.submit(.createWallet, makeWalletParameters())
        _ = try desk.submit(.approveActivity, ["fingerprint": activity["fingerprint"] ?? .null])
    },
    RefusalRow("an approval by who has no say", 403, 7, "request not authorized", "REQUEST_NOT_AUTHORIZED") { _, _ in
        let stranger = P256Key()
        let users = [P256Key().user("Second", isRootUser: true), stranger.user("Stranger")]
        let desk = try Desk(makeWalletFixture(users, rootQuorumThreshold: 2))
        let activity = try desk.submit(.createWallet, makeWalletParameters())
        let vote: JSONObject = ["fingerprint": activity["fingerprint"] ?? .null]
        _ = try desk.submit(.approveActivity, vote, by: stranger.key)
    },
    RefusalRow("a rejection by who has no say", 403, 7, "request not authorized", "REQUEST_NOT_AUTHORIZED") { _, _ in
        let stranger = P256Key()
        let users = [P256Key().user("Second", isRootUser: true), stranger.user("Stranger")]
        let desk = try Desk(makeWalletFixture(users, rootQuorumThreshold: 2))
        let activity = try desk.submit(.createWallet, makeWalletParameters())
        let vote: JSONObject = ["fingerprint": activity["fingerprint"] ?? .null]
        _ = try desk.submit(.rejectActivity, vote, by: stranger.key)
    },
    invalid("a vote on no fingerprint", "invalid request body: missing field `fingerprint`", .approveActivity, [:]),
    invalid(
        "a vote with a reason",
        "invalid request body: unknown field `reason`",
        .rejectActivity,
        ["fingerprint": "x", "reason": "y"]
    ),
    RefusalRow(
        "an approval at the path of rejections",
        400,
        3,
        "Invalid activity type ACTIVITY_TYPE_APPROVE_ACTIVITY",
        "REQUEST_INVALID"
    ) { desk, _ in
        _ = try desk.send(.rejectActivity, desk.makeSubmission(.approveActivity, ["fingerprint": "x"]))
    },
    RefusalRow("a vote of an hour ago", 400, 3, "request timestamp out of range", "REQUEST_INVALID") { desk, _ in
        let body = desk.makeSubmission(.approveActivity, ["fingerprint": "x"], at: desk.now.addingTimeInterval(-3600))
        _ = try desk.send(.approveActivity, body)
    },
]
