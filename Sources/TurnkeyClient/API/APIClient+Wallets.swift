// SPDX-License-Identifier: Apache-2.0

/// A new wallet.
public struct CreatedWallet: Sendable, Hashable, Decodable {
    /// The wallet's id.
    public let walletId: String
    /// The addresses of its accounts, in the order of the request.
    public let addresses: [String]
}

extension APIClient {
    /// Returns the organization's wallets. The API's path is `list_wallets`.
    ///
    /// - Throws: As ``APIClient/query(_:body:)``.
    public func getWallets() async throws(TurnkeyError) -> [Wallet] {
        try await ask("list_wallets", for: WalletsAnswer.self).wallets
    }

    /// Returns one wallet.
    ///
    /// - Throws: As ``APIClient/query(_:body:)``.
    public func getWallet(walletId: String) async throws(TurnkeyError) -> Wallet {
        try await ask("get_wallet", ["walletId": walletId], for: WalletAnswer.self).wallet
    }

    /// Returns the accounts of a wallet, or of all wallets. The API's path is `list_wallet_accounts`.
    ///
    /// - Parameters:
    ///   - walletId: The wallet; nil for all.
    ///   - limit: The most accounts to return, up to 100.
    ///   - walletAccountId: Return those behind this one; nil for the first.
    /// - Returns: The accounts.
    /// - Throws: As ``APIClient/query(_:body:)``.
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

    /// Returns the account of a wallet with this address.
    ///
    /// - Throws: As ``APIClient/query(_:body:)``.
    public func getWalletAccount(walletId: String, address: String) async throws(TurnkeyError) -> WalletAccount {
        try await ask("get_wallet_account", ["walletId": walletId, "address": address], for: WalletAccountAnswer.self)
            .account
    }

    /// Creates a wallet from a new seed.
    ///
    /// - Parameters:
    ///   - name: The wallet's name.
    ///   - accounts: The accounts to create.
    ///   - mnemonicLength: How many words the seed is written in: 12, 15, 18, 21 or 24; 12 if absent.
    /// - Returns: The wallet's id, and the accounts' addresses.
    /// - Throws: As ``APIClient/submit(_:body:)``.
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

    /// Creates further accounts of a wallet.
    ///
    /// - Parameters:
    ///   - walletId: The wallet.
    ///   - accounts: The accounts to create.
    /// - Returns: The accounts' addresses, in the same order.
    /// - Throws: As ``APIClient/submit(_:body:)``.
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

/// The part of a list that is asked for. The API expects the number as text.
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
