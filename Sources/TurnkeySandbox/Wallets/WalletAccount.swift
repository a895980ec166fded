// SPDX-License-Identifier: Apache-2.0
import Foundation

/// One key of a wallet under one address.
struct WalletAccount {
    /// The only curve of keys here.
    static let curve = "CURVE_SECP256K1"
    static let pathFormat = "PATH_FORMAT_BIP32"

    /// The key, and the format of its address.
    struct Place: Hashable {
        let path: DerivationPath
        let format: AddressFormat
    }

    let id: UUID
    let place: Place
    let name: String?
    let key: SigningKey
    let address: String
    let createdAt: Date

    func json(of wallet: Wallet, in organizationId: UUID, withDetails: Bool) -> JSONObject {
        var object: JSONObject = [
            "walletAccountId": .string(id.text),
            "organizationId": .string(organizationId.text),
            "walletId": .string(wallet.id.text),
            "curve": .string(Self.curve),
            "pathFormat": .string(Self.pathFormat),
            "path": .string(place.path.text),
            "addressFormat": .string(place.format.rawValue),
            "address": .string(address),
            "createdAt": createdAt.json,
            "updatedAt": createdAt.json,
            "publicKey": .string(Hex.encode(key.publicKey.compressed)),
        ]
        object["name"] = name.map { .string($0) }
        if place.format == .ethereum { object["caip2Prefix"] = "eip155" }
        if withDetails { object["walletDetails"] = .object(wallet.json) }
        return object
    }
}
