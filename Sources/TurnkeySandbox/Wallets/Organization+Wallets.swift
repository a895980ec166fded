// SPDX-License-Identifier: Apache-2.0
import Foundation

extension Organization {
    /// The API's limit of wallets in an organization.
    static let walletLimit = 100

    /// Finds a wallet.
    ///
    /// - Throws: `.walletNotFound`, also for text that is not an id.
    func wallet(_ text: String) throws(APIRefusal) -> Wallet {
        guard let id = UUID(uuidString: text), let wallet = wallets.first(where: { $0.id == id }) else {
            throw .walletNotFound
        }
        return wallet
    }

    /// Finds the key that signs for an address, which is compared by its bytes.
    ///
    /// - Throws: `.signerNotFound`.
    func signer(_ address: String) throws(APIRefusal) -> WalletAccount {
        for wallet in wallets {
            if let account = wallet.accounts.first(where: { $0.address == address }) { return account }
        }
        throw .signerNotFound
    }

    /// Adds a wallet.
    ///
    /// - Throws: `.tooManyWallets`, `.walletLabelTaken`, `.accountLabelTaken`.
    mutating func add(_ wallet: Wallet) throws(APIRefusal) {
        guard wallets.count < Self.walletLimit else { throw .tooManyWallets }
        guard !wallets.contains(where: { $0.name == wallet.name }) else { throw .walletLabelTaken }
        wallets.append(wallet)
        try checkAccountLabels()
    }

    /// Replaces the wallet with the same id.
    ///
    /// - Throws: `.accountLabelTaken`.
    mutating func update(_ wallet: Wallet) throws(APIRefusal) {
        for index in wallets.indices where wallets[index].id == wallet.id {
            wallets[index] = wallet
        }
        try checkAccountLabels()
    }

    private func checkAccountLabels() throws(APIRefusal) {
        let names = wallets.flatMap(\.accounts).compactMap(\.name)
        guard Set(names).count == names.count else { throw .accountLabelTaken }
    }
}
