// SPDX-License-Identifier: Apache-2.0
public import Foundation

extension Fixture {
    /// A wallet whose keys are known from the start, where it has a mnemonic.
    public struct Wallet: Sendable, Hashable, Codable {
        /// A new one where absent.
        public var walletId: UUID?
        public var walletName: String
        /// 12, 15, 18, 21 or 24 words of BIP-39, with one space between two; a new seed where absent. Never those of a wallet
        /// that is used for anything.
        public var mnemonic: String?
        public var accounts: [WalletAccount]?

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
        /// A new one where absent.
        public var walletAccountId: UUID?
        /// BIP-32, as `m/44'/60'/0'/0/0`.
        public var path: String
        /// `ADDRESS_FORMAT_ETHEREUM` where absent.
        public var addressFormat: String?
        public var name: String?

        public init(walletAccountId: UUID? = nil, path: String, addressFormat: String? = nil, name: String? = nil) {
            self.walletAccountId = walletAccountId
            self.path = path
            self.addressFormat = addressFormat
            self.name = name
        }
    }
}
