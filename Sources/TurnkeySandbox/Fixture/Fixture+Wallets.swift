// SPDX-License-Identifier: Apache-2.0
public import Foundation

extension Fixture {
    /// A wallet. With a mnemonic, its keys are known from the start.
    public struct Wallet: Sendable, Hashable, Codable {
        /// The wallet's id; a new one if absent.
        public var walletId: UUID?
        /// The wallet's name.
        public var walletName: String
        /// 12, 15, 18, 21 or 24 words of a to z, separated by single spaces: a BIP-39 mnemonic without a passphrase,
        /// whose word list and checksum are not checked. If absent, the seed is random, and no words exist for it.
        /// Never use the words of a wallet with any value.
        public var mnemonic: String?
        /// The wallet's accounts.
        public var accounts: [WalletAccount]?

        /// Creates a wallet.
        public init(
            walletId: UUID? = nil,
            walletName: String,
            mnemonic: String? = nil,
            accounts: [WalletAccount]? = nil
        ) {
            self.walletId = walletId
            self.walletName = walletName
            self.mnemonic = mnemonic
            self.accounts = accounts
        }
    }

    /// An account of a wallet, on the curve secp256k1.
    public struct WalletAccount: Sendable, Hashable, Codable {
        /// The account's id; a new one if absent.
        public var walletAccountId: UUID?
        /// The key's BIP-32 path, as `m/44'/60'/0'/0/0`.
        public var path: String
        /// The address format; `ADDRESS_FORMAT_ETHEREUM` if absent.
        public var addressFormat: String?
        /// The account's name.
        public var name: String?

        /// Creates an account.
        public init(walletAccountId: UUID? = nil, path: String, addressFormat: String? = nil, name: String? = nil) {
            self.walletAccountId = walletAccountId
            self.path = path
            self.addressFormat = addressFormat
            self.name = name
        }
    }
}
