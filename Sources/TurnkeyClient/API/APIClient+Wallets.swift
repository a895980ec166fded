// SPDX-License-Identifier: Apache-2.0

/// A wallet that was made.
public struct CreatedWallet: Sendable, Hashable, Decodable {
    public let walletId: String
    /// Of its accounts, in the order in which they were asked for.
    public let addresses: [String]
}

extension APIClient {
    /// The organization's wallets; the path is `list_wallets`.
    public func getWallets() async throws(TurnkeyError) -> [Wallet] {
        try await ask("list_wallets", for: WalletsAnswer.self).wallets
    }

    public func getWallet(walletId: String) async throws(TurnkeyError) -> Wallet {
        try await ask("get_wallet", ["walletId": walletId], for: WalletAnswer.self).wallet
    }

    /// The accounts of a wallet, or of all of the organization's; the path is `list_wallet_accounts`.
    ///
    /// The API answers at most `limit` of them, up to 100: those behind the account `after`, or the first.
    public func getWalletAccounts(
        walletId: String? = nil,
        limit: Int = 100,
        after walletAccountId: String? = nil
    ) async throws(TurnkeyError) -> [WalletAccount] {
        let query = WalletAccountsQuery(
            organizationId: organizationId,
            walletId: walletId,
            paginationOptions: Pagination(limit: limit, after: walletAccountId)
        )
        let answer = try await self.answer(to: "list_wallet_accounts", body: try Self.makeBody(query))
        return try Self.read(WalletAccountsAnswer.self, from: answer).accounts
    }

    /// The account of a wallet with this address.
    public func getWalletAccount(walletId: String, address: String) async throws(TurnkeyError) -> WalletAccount {
        try await ask("get_wallet_account", ["walletId": walletId, "address": address], for: WalletAccountAnswer.self)
            .account
    }

    /// Makes a wallet of a new seed, with these accounts.
    ///
    /// `mnemonicLength` is how many words its seed is written in: 12, 15, 18, 21 or 24; 12 where absent.
    public func createWallet(
        name: String,
        accounts: [NewWalletAccount],
        mnemonicLength: Int? = nil
    ) async throws(TurnkeyError) -> CreatedWallet {
        try await perform(
            "create_wallet",
            "ACTIVITY_TYPE_CREATE_WALLET",
            CreateWalletParameters(walletName: name, accounts: accounts, mnemonicLength: mnemonicLength),
            "createWalletResult",
            as: CreatedWallet.self
        )
    }

    /// Makes further accounts of a wallet, and answers their addresses in the same order.
    public func createWalletAccounts(
        walletId: String,
        accounts: [NewWalletAccount]
    ) async throws(TurnkeyError) -> [String] {
        try await perform(
            "create_wallet_accounts",
            "ACTIVITY_TYPE_CREATE_WALLET_ACCOUNTS",
            CreateWalletAccountsParameters(walletId: walletId, accounts: accounts),
            "createWalletAccountsResult",
            as: CreateWalletAccountsResult.self
        ).addresses
    }
}

/// Which part of a list is asked for: the API wants the number as text.
struct Pagination: Encodable {
    let limit: String
    let after: String?

    init(limit: Int, after: String?) {
        (self.limit, self.after) = (String(limit), after)
    }
}

private struct WalletAccountsQuery: Encodable {
    let organizationId: String
    let walletId: String?
    let paginationOptions: Pagination
}

private struct WalletsAnswer: Decodable {
    let wallets: [Wallet]
}

private struct WalletAnswer: Decodable {
    let wallet: Wallet
}

private struct WalletAccountsAnswer: Decodable {
    let accounts: [WalletAccount]
}

private struct WalletAccountAnswer: Decodable {
    let account: WalletAccount
}

private struct CreateWalletParameters: Encodable {
    let walletName: String
    let accounts: [NewWalletAccount]
    let mnemonicLength: Int?
}

private struct CreateWalletAccountsParameters: Encodable {
    let walletId: String
    let accounts: [NewWalletAccount]
}

private struct CreateWalletAccountsResult: Decodable {
    let addresses: [String]
}
