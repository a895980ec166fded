// SPDX-License-Identifier: Apache-2.0
public import Foundation

/// A wallet as the API has it: keys that were all made of one seed.
public struct Wallet: Sendable, Hashable, Decodable {
    public let walletId: String
    /// Unique in its organization.
    public let walletName: String
    public let createdAt: Date

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
    public let walletAccountId: String
    public let walletId: String
    /// What `signWith` takes; upper and lower case matter.
    public let address: String
    /// BIP-32, such as `m/44'/60'/0'/0/0`.
    public let path: String
    /// Such as `CURVE_SECP256K1`.
    public let curve: String
    /// Such as `ADDRESS_FORMAT_ETHEREUM`.
    public let addressFormat: String
    /// In hex, where the API tells it.
    public let publicKey: String?
    public let name: String?
}

/// An account that a wallet is to have.
public struct NewWalletAccount: Sendable, Hashable, Encodable {
    public let curve: String
    let pathFormat = "PATH_FORMAT_BIP32"
    public let path: String
    public let addressFormat: String
    public let name: String?

    public init(path: String, curve: String, addressFormat: String, name: String? = nil) {
        (self.path, self.curve, self.addressFormat, self.name) = (path, curve, addressFormat, name)
    }

    /// An account on Ethereum and the chains like it: the first of a wallet has index 0.
    public static func ethereum(_ index: UInt32 = 0, name: String? = nil) -> NewWalletAccount {
        NewWalletAccount(
            path: "m/44'/60'/0'/0/\(index)",
            curve: "CURVE_SECP256K1",
            addressFormat: "ADDRESS_FORMAT_ETHEREUM",
            name: name
        )
    }
}
