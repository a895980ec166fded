// SPDX-License-Identifier: Apache-2.0
import COpenSSL
import Foundation

/// What all keys of a wallet are made from.
enum WalletSeed {
    /// How many words a mnemonic may have.
    static let wordCounts: [Int64] = [12, 15, 18, 21, 24]

    /// A new seed, as random as so many words are. Nobody is ever shown words, so there are none.
    static func make(wordCount: Int64) -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        return (0..<wordCount * 4 / 3).map { _ in UInt8.random(in: 0...255, using: &generator) }
    }

    /// The seed of a mnemonic without a passphrase (BIP-39), 64 bytes; `nil` where the number of words is none, or a word
    /// has anything but a to z. Whether the words are of the list, and their checksum, is not looked at.
    static func derive(from mnemonic: String) throws(LibcryptoError) -> [UInt8]? {
        let words = mnemonic.split(separator: " ", omittingEmptySubsequences: false)
        guard wordCounts.contains(Int64(words.count)),
            words.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy { (0x61...0x7A).contains($0) } })
        else { return nil }
        let (password, salt) = (Array(mnemonic.utf8), Array("mnemonic".utf8))
        var seed = [UInt8](repeating: 0, count: 64)
        let result = unsafe password.withUnsafeBytes { password in
            let text = unsafe password.bindMemory(to: CChar.self)
            return unsafe PKCS5_PBKDF2_HMAC(
                text.baseAddress,
                Int32(text.count),
                salt,
                Int32(salt.count),
                2048,
                EVP_sha512(),
                Int32(seed.count),
                &seed
            )
        }
        try check(result, "PKCS5_PBKDF2_HMAC")
        return seed
    }
}
