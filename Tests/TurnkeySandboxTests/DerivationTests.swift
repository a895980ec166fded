// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import TurnkeySandbox

@Suite("Wallets' keys") struct DerivationTests {
    /// The test vectors of BIP-32: a seed, a path, and the extended private key at its end.
    private static let vectors = [
        (
            "000102030405060708090a0b0c0d0e0f",
            [
                (
                    "",
                    "xprv9s21ZrQH143K3QTDL4LXw2F7HEK3wJUD2nW2nRk4stbPy6cq3jPPqjiChkVvvNKmPGJxWUtg6LnF5kejMRNNU3TGtRBeJgk33yuGBxrMPHi"
                ),
                (
                    "m/0'",
                    "xprv9uHRZZhk6KAJC1avXpDAp4MDc3sQKNxDiPvvkX8Br5ngLNv1TxvUxt4cV1rGL5hj6KCesnDYUhd7oWgT11eZG7XnxHrnYeSvkzY7d2bhkJ7"
                ),
                (
                    "m/0'/1",
                    "xprv9wTYmMFdV23N2TdNG573QoEsfRrWKQgWeibmLntzniatZvR9BmLnvSxqu53Kw1UmYPxLgboyZQaXwTCg8MSY3H2EU4pWcQDnRnrVA1xe8fs"
                ),
                (
                    "m/0'/1/2'",
                    "xprv9z4pot5VBttmtdRTWfWQmoH1taj2axGVzFqSb8C9xaxKymcFzXBDptWmT7FwuEzG3ryjH4ktypQSAewRiNMjANTtpgP4mLTj34bhnZX7UiM"
                ),
                (
                    "m/0'/1/2'/2",
                    "xprvA2JDeKCSNNZky6uBCviVfJSKyQ1mDYahRjijr5idH2WwLsEd4Hsb2Tyh8RfQMuPh7f7RtyzTtdrbdqqsunu5Mm3wDvUAKRHSC34sJ7in334"
                ),
                (
                    "m/0'/1/2'/2/1000000000",
                    "xprvA41z7zogVVwxVSgdKUHDy1SKmdb533PjDz7J6N6mV6uS3ze1ai8FHa8kmHScGpWmj4WggLyQjgPie1rFSruoUihUZREPSL39UNdE3BBDu76"
                ),
            ]
        ),
        (
            "fffcf9f6f3f0edeae7e4e1dedbd8d5d2cfccc9c6c3c0bdbab7b4b1aeaba8a5a29f9c999693908d8a8784817e7b7875726f6c6966636"
                + "05d5a5754514e4b484542",
            [
                (
                    "m/0/2147483647'/1/2147483646'/2",
                    "xprvA2nrNbFZABcdryreWet9Ea4LvTJcGsqrMzxHx98MMrotbir7yrKCEXw7nadnHM8Dq38EGfSh6dqA9QWTyefMLEcBYJUuekgW4BYPJcr9E7j"
                )
            ]
        ),
        // Of these, leading zeros must be kept.
        (
            "4b381541583be4423346c643850da4b320e46a87ae3d2a4e6da11eba819cd4acba45d239319ac14f863b8d5ab5a0d0c64d2e8a1e7d1"
                + "457df2e5a3c51c73235be",
            [
                (
                    "m/0'",
                    "xprv9uPDJpEQgRQfDcW7BkF7eTya6RPxXeJCqCJGHuCJ4GiRVLzkTXBAJMu2qaMWPrS7AANYqdq6vcBcBUdJCVVFceUvJFjaPdGZ2y9WACViL4L"
                )
            ]
        ),
        (
            "3ddd5602285899a946114506157c7997e5444528f3003f6134712147db19b678",
            [
                (
                    "m/0'/1'",
                    "xprv9xJocDuwtYCMNAo3Zw76WENQeAS6WGXQ55RCy7tDJ8oALr4FWkuVoHJeHVAcAqiZLE7Je3vZJHxspZdFHfnBEjHqU5hG1Jaj32dVoS6XLT1"
                )
            ]
        ),
    ]

    @Test("are those of BIP-32's test vectors", arguments: vectors) func bip32(
        _ seed: String,
        _ keys: [(path: String, key: String)]
    ) throws {
        let bytes = try #require(Hex.decode(seed))
        let master = try #require(try ExtendedKey(seed: Array(bytes)))
        for (path, text) in keys {
            let derived = try DerivationPath(path).flatMap { try master.derive($0) }
            let key = path.isEmpty ? master : try #require(derived)
            // 4 bytes of version, 1 of depth, 4 of the parent and 4 of the step come first.
            let extended = try #require(decodeBase58Check(text))
            #expect(Data(key.chainCode + [0] + key.key.scalar) == extended.dropFirst(13), "\(path)")
        }
    }

    @Test("are those of eth-account, from the mnemonic on") func ethereum() throws {
        let rows = try #require(try Vectors.read("ethereum-signing.json")["accounts"]?.elements)
        #expect(rows.count == 20)
        for row in rows {
            let mnemonic = try #require(row["mnemonic"]?.string)
            let seed = try #require(try WalletSeed.derive(from: mnemonic))
            #expect(seed == row.bytes("seed"))
            let path = try #require(row["path"]?.string.flatMap(DerivationPath.init))
            let key = try #require(try ExtendedKey(seed: seed)?.derive(path)).key
            #expect(key.scalar == row.bytes("privateKey"), "\(row)")
            #expect(key.publicKey.compressed == row.bytes("publicKey"), "\(row)")
            #expect(AddressFormat.ethereum.address(of: key.publicKey) == row["address"]?.string)
            #expect(AddressFormat.compressed.address(of: key.publicKey) == row["publicKey"]?.string)
        }
    }

    @Test(
        "what is no path is none",
        arguments: [
            "", "m", "m/", "/0", "0", "M/0", "m//0", "m/0/", "m/00", "m/01", "m/-1", "m/+1", "m/x", "m/0h", "m/0H",
            "m/0''",
            "m/'", "m/2147483648", "m/4294967296'", " m/0", "m/0 ", "m/٠", "m" + String(repeating: "/0", count: 17),
        ]
    )
    func noPath(_ text: String) {
        #expect(DerivationPath(text) == nil)
    }

    @Test("a path has up to 16 steps of up to 2^31 - 1, hardened or not") func path() throws {
        #expect(try #require(DerivationPath("m/44'/60'/0'/0/0")).steps == [1 << 31 | 44, 1 << 31 | 60, 1 << 31, 0, 0])
        #expect(try #require(DerivationPath("m/2147483647'")).steps == [.max])
        #expect(DerivationPath("m" + String(repeating: "/0", count: 16)) != nil)
    }

    @Test(
        "what is no mnemonic has no seed",
        arguments: [
            "", "test", String(repeating: "test ", count: 12), String(repeating: "test ", count: 12) + "junk",
            "Test test test test test test test test test test test junk",
            "test  test test test test test test test test test test junk",
            "tést test test test test test test test test test test junk",
        ]
    )
    func noMnemonic(_ text: String) throws {
        #expect(try WalletSeed.derive(from: text) == nil)
    }

    @Test("a new seed is as random as its words would be", arguments: zip(WalletSeed.wordCounts, [16, 20, 24, 28, 32]))
    func seed(wordCount: Int64, byteCount: Int) {
        #expect(WalletSeed.make(wordCount: wordCount).count == byteCount)
        #expect(WalletSeed.make(wordCount: wordCount) != WalletSeed.make(wordCount: wordCount))
    }
}
