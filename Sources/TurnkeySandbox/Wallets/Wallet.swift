// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A seed and the accounts derived from it.
struct Wallet {
    let id: UUID
    let name: String
    let master: ExtendedKey
    let createdAt: Date
    private(set) var accounts: [WalletAccount] = []

    init(id: UUID, name: String, master: ExtendedKey, createdAt: Date) {
        (self.id, self.name, self.master, self.createdAt) = (id, name, master, createdAt)
    }

    /// Derives the account at this place.
    func makeAccount(
        _ id: UUID = UUID(),
        at place: WalletAccount.Place,
        named name: String?,
        at now: Date
    ) throws(APIRefusal) -> WalletAccount {
        let key: SigningKey
        do throws(LibcryptoError) {
            guard let derived = try master.derive(place.path) else { throw LibcryptoError("derive") }
            key = derived.key
        } catch {
            throw .internal(UUID())
        }
        return WalletAccount(
            id: id,
            place: place,
            name: name,
            key: key,
            address: place.format.address(of: key.publicKey),
            createdAt: now
        )
    }

    /// Adds an account.
    ///
    /// - Throws: `.accountTaken` if its place is taken.
    mutating func add(_ account: WalletAccount) throws(APIRefusal) {
        guard !accounts.contains(where: { $0.place == account.place }) else {
            throw .accountTaken(path: account.place.path.text)
        }
        accounts.append(account)
    }

    var json: JSONObject {
        [
            "walletId": .string(id.text),
            "walletName": .string(name),
            "createdAt": createdAt.json,
            "updatedAt": createdAt.json,
            "exported": false,
            "imported": false,
        ]
    }
}
