// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A wallet to create, as a submission describes it.
struct NewWallet {
    private let name: String
    private let accounts: [NewWalletAccount]
    private let wordCount: Int64

    init(reading reader: inout FieldReader) throws(APIRefusal) {
        name = try reader.name("walletName")
        accounts = try NewWalletAccount.readList(&reader)
        wordCount = try reader.optionalInteger("mnemonicLength") ?? 12
        guard WalletSeed.wordCounts.contains(wordCount) else {
            throw reader.invalid("mnemonicLength", "must be 12, 15, 18, 21 or 24")
        }
    }

    /// Makes the wallet, and returns the members of the result.
    func add(to organization: inout Organization, at now: Date) throws(APIRefusal) -> JSONObject {
        let master: ExtendedKey
        do throws(LibcryptoError) {
            guard let made = try ExtendedKey(seed: WalletSeed.make(wordCount: wordCount)) else {
                throw LibcryptoError("ExtendedKey")
            }
            master = made
        } catch {
            throw .internal(UUID())
        }
        var wallet = Wallet(id: UUID(), name: name, master: master, createdAt: now)
        var addresses: [JSONValue] = []
        for account in accounts {
            let made = try wallet.makeAccount(at: account.place, named: account.name, at: now)
            try wallet.add(made)
            addresses.append(.string(made.address))
        }
        try organization.add(wallet)
        return ["walletId": .string(wallet.id.text), "addresses": .array(addresses)]
    }
}
