// SPDX-License-Identifier: Apache-2.0
import Foundation

/// `create_wallet_accounts`: makes further accounts from a wallet's seed, or only tells their addresses.
struct CreateWalletAccounts: OrganizationCommand {
    static let kind = ActivityKind(
        type: "ACTIVITY_TYPE_CREATE_WALLET_ACCOUNTS",
        intentKey: "createWalletAccountsIntent",
        resultKey: "createWalletAccountsResult"
    )

    private let walletId: String
    private let accounts: [NewWalletAccount]
    private let persists: Bool

    init(reading parameters: inout FieldReader, as _: ActivityKind) throws(APIRefusal) {
        walletId = try parameters.name("walletId")
        accounts = try NewWalletAccount.readList(&parameters)
        guard !accounts.isEmpty else { throw parameters.invalid("accounts", "must not be empty") }
        persists = try parameters.optionalBool("persist") ?? true
    }

    func execute(in organization: inout Organization, for context: ActivityContext) throws(APIRefusal) -> JSONObject {
        var wallet = try organization.wallet(walletId)
        var addresses: [JSONValue] = []
        for account in accounts {
            let made = try wallet.makeAccount(at: account.place, named: account.name, at: context.now)
            if persists { try wallet.add(made) }
            addresses.append(.string(made.address))
        }
        if persists { try organization.update(wallet) }
        return ["addresses": .array(addresses)]
    }
}
