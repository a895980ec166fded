// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import TurnkeySandbox

/// The words whose keys everybody knows: they protect nothing anywhere.
let knownMnemonic = "test test test test test test test test test test test junk"
/// The first two of their accounts.
let knownAddress = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"
let secondAddress = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"

/// An account as `create_wallet` takes it.
func makeAccount(
    _ path: String = "m/44'/60'/0'/0/0",
    _ format: String = "ADDRESS_FORMAT_ETHEREUM",
    changing change: (inout JSONObject) -> Void = { _ in }
) -> JSONObject {
    var account: JSONObject = [
        "curve": "CURVE_SECP256K1", "pathFormat": "PATH_FORMAT_BIP32", "path": .string(path),
        "addressFormat": .string(format),
    ]
    change(&account)
    return account
}

/// The parameters of `create_wallet`.
func makeWalletParameters(_ name: String = "Treasury", _ accounts: JSONObject...) -> JSONObject {
    ["walletName": .string(name), "accounts": .array(accounts.map { .object($0) })]
}

/// The parameters of `sign_raw_payload`, over a hash.
func makePayloadParameters(
    _ address: String = knownAddress,
    changing change: (inout JSONObject) -> Void = { _ in }
) -> JSONObject {
    var parameters: JSONObject = [
        "signWith": .string(address), "payload": .string(String(repeating: "11", count: 32)),
        "encoding": "PAYLOAD_ENCODING_HEXADECIMAL", "hashFunction": "HASH_FUNCTION_NO_OP",
    ]
    change(&parameters)
    return parameters
}

/// The parameters of `sign_transaction`, with the example of EIP-155.
func makeTransactionParameters(
    _ address: String = knownAddress,
    changing change: (inout JSONObject) -> Void = { _ in }
) -> JSONObject {
    var parameters: JSONObject = [
        "signWith": .string(address), "type": "TRANSACTION_TYPE_ETHEREUM",
        "unsignedTransaction":
            "0xec098504a817c800825208943535353535353535353535353535353535353535880de0b6b3a764000080018080",
    ]
    change(&parameters)
    return parameters
}

/// The parameters of the second version of `eth_send_transaction`, with one call.
func makeSendParameters(
    from address: String = knownAddress,
    changing change: (inout JSONObject) -> Void = { _ in }
) -> JSONObject {
    var parameters: JSONObject = [
        "from": .string(address), "caip2": "eip155:8453",
        "calls": [["to": .string(secondAddress), "value": "50000000000000000"]],
    ]
    change(&parameters)
    return parameters
}

/// A fixture with the wallet that everybody knows, and these users beside the root user, who are none.
func makeWalletFixture(
    _ users: [Fixture.User] = [],
    policies: [Fixture.Policy] = [],
    rootQuorumThreshold: Int? = nil
) -> Fixture {
    let accounts = (0..<2).map { Fixture.WalletAccount(path: "m/44'/60'/0'/0/\($0)") }
    let wallet = Fixture.Wallet(walletName: "Known", mnemonic: knownMnemonic, accounts: accounts)
    return Fixture(organizations: [
        Fixture.Organization(
            organizationName: "Acme",
            users: [Fixture.User(userName: "Root user")] + users,
            policies: policies,
            wallets: [wallet],
            rootQuorumThreshold: rootQuorumThreshold
        )
    ])
}
