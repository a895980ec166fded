// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A wallet's account to create, as a submission describes it.
struct NewWalletAccount {
    /// The most accounts of one submission: each takes multiplications on the curve, and other requests wait meanwhile.
    static let limit = 100

    let place: WalletAccount.Place
    let name: String?

    init(reading reader: inout FieldReader) throws(APIRefusal) {
        guard try reader.name("curve") == WalletAccount.curve else { throw .invalidParameter(.curve) }
        guard try reader.name("pathFormat") == WalletAccount.pathFormat else { throw .invalidParameter(.pathFormat) }
        guard let path = DerivationPath(try reader.name("path")) else { throw .invalidParameter(.path) }
        guard let format = AddressFormat(rawValue: try reader.name("addressFormat")) else {
            throw .invalidParameter(.addressFormat)
        }
        place = WalletAccount.Place(path: path, format: format)
        name = try reader.optionalString("name")
        try reader.finish()
    }

    /// Reads the member `accounts`, which may be empty.
    static func readList(_ parameters: inout FieldReader) throws(APIRefusal) -> [NewWalletAccount] {
        var accounts: [NewWalletAccount] = []
        for var reader in try parameters.readers("accounts") {
            accounts.append(try NewWalletAccount(reading: &reader))
        }
        guard accounts.count <= limit else { throw parameters.invalid("accounts", "must be at most \(limit)") }
        return accounts
    }
}
