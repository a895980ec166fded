// SPDX-License-Identifier: Apache-2.0
public import Foundation

/// A wallet as the API returns it: keys that were all derived from one seed.
public struct Wallet: Sendable, Hashable, Decodable {
    /// The wallet's id.
    public let walletId: String
    /// The wallet's name, unique in its organization.
    public let walletName: String
    /// When the wallet was created.
    public let createdAt: Date

    /// Reads a wallet as the API writes it.
    public init(from decoder: any Decoder) throws {
        let members = try Members(from: decoder)
        (walletId, walletName, createdAt) = (members.walletId, members.walletName, members.createdAt.date)
    }

    private struct Members: Decodable {
        let walletId: String
        let walletName: String
        let createdAt: APITime
    }
}

/// One key of a wallet, and the address that it signs for.
public struct WalletAccount: Sendable, Hashable, Decodable {
    /// The account's id.
    public let walletAccountId: String
    /// The wallet's id.
    public let walletId: String
    /// The address that `signWith` takes; upper and lower case matter.
    public let address: String
    /// The key's BIP-32 path, such as `m/44'/60'/0'/0/0`.
    public let path: String
    /// The curve, such as `CURVE_SECP256K1`.
    public let curve: String
    /// The address format, such as `ADDRESS_FORMAT_ETHEREUM`.
    public let addressFormat: String
    /// The public key in hex, if the API tells it.
    public let publicKey: String?
    /// The account's name.
    public let name: String?
}

/// An account to create in a wallet, for `createWallet` and `createWalletAccounts`. Its key has a BIP-32 path.
public struct NewWalletAccount: Sendable, Hashable, Encodable {
    /// The curve, such as `CURVE_SECP256K1`.
    public let curve: String
    let pathFormat = "PATH_FORMAT_BIP32"
    /// The key's BIP-32 path, such as `m/44'/60'/0'/0/0`.
    public let path: String
    /// The address format, such as `ADDRESS_FORMAT_ETHEREUM`.
    public let addressFormat: String
    /// The account's name.
    public let name: String?

    /// Describes an account to create.
    public init(path: String, curve: String, addressFormat: String, name: String? = nil) {
        (self.path, self.curve, self.addressFormat, self.name) = (path, curve, addressFormat, name)
    }

    /// Returns an account for Ethereum and compatible chains; the first of a wallet has index 0.
    public static func ethereum(_ index: UInt32 = 0, name: String? = nil) -> NewWalletAccount {
        NewWalletAccount(
            path: "m/44'/60'/0'/0/\(index)",
            curve: "CURVE_SECP256K1",
            addressFormat: "ADDRESS_FORMAT_ETHEREUM",
            name: name
        )
    }
}
