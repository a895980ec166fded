// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Inside `Fixture`, these names are the fixture's own.
typealias SandboxWallet = Wallet
typealias SandboxWalletAccount = WalletAccount

extension Fixture.Wallet {
    func make(path: String, at now: Date) throws(FixtureError) -> SandboxWallet {
        var wallet = SandboxWallet(
            id: walletId ?? UUID(),
            name: walletName,
            master: try makeMaster(path: "\(path).mnemonic"),
            createdAt: now
        )
        for (index, account) in (accounts ?? []).enumerated() {
            let path = "\(path).accounts[\(index)]"
            let place = try account.place(path: path)
            try Fixture.place(path) { () throws(APIRefusal) in
                let id = account.walletAccountId ?? UUID()
                try wallet.add(try wallet.makeAccount(id, at: place, named: account.name, at: now))
            }
        }
        return wallet
    }

    private func makeMaster(path: String) throws(FixtureError) -> ExtendedKey {
        do throws(LibcryptoError) {
            let seed =
                if let mnemonic { try WalletSeed.derive(from: mnemonic) } else {
                    WalletSeed.make(wordCount: 12) as [UInt8]?
                }
            if let seed, let master = try ExtendedKey(seed: seed) { return master }
        } catch {
            throw .invalid(path: path, reason: "libcrypto failed in \(error.call)")
        }
        throw .invalid(path: path, reason: "must be 12, 15, 18, 21 or 24 lower-case words, with one space between two")
    }
}

extension Fixture.WalletAccount {
    fileprivate func place(path: String) throws(FixtureError) -> SandboxWalletAccount.Place {
        guard let derivation = DerivationPath(self.path) else {
            throw .invalid(path: "\(path).path", reason: "is no path, as m/44'/60'/0'/0/0 is one")
        }
        guard let format = AddressFormat(rawValue: addressFormat ?? AddressFormat.ethereum.rawValue) else {
            throw .invalid(path: "\(path).addressFormat", reason: InvalidParameter.addressFormat.message)
        }
        return SandboxWalletAccount.Place(path: derivation, format: format)
    }
}
