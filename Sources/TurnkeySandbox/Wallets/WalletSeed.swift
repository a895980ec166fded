// SPDX-License-Identifier: Apache-2.0
import COpenSSL
import Foundation

/// The seed from which all keys of a wallet are derived.
enum WalletSeed {
    /// The numbers of words that a mnemonic may have.
    static let wordCounts: [Int64] = [12, 15, 18, 21, 24]

    /// Makes a new seed, as random as so many words are. No words are made, since they are never shown.
    static func make(wordCount: Int64) -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        return (0..<wordCount * 4 / 3).map { _ in UInt8.random(in: 0...255, using: &generator) }
    }

    /// Derives the seed of a mnemonic without a passphrase (BIP-39), 64 bytes; `nil` for another number of words, or a
    /// word with a character other than a to z. Neither the word list nor the checksum is checked.
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
