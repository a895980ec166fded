// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import TurnkeySandbox

@Suite("Ethereum's encodings") struct EthereumTests {
    @Test(
        "Keccak-256 is the one that was before SHA-3",
        arguments: [
            ("", "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"),
            ("abc", "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45"),
            ("testing", "5f16f4c7f149ac4f9510d9cf8cf384038ad348b3bcdc01915f95de12df9d1b02"),
        ]
    )
    func keccak(_ text: String, _ hash: String) {
        #expect(Hex.encode(Keccak256.hash(Array(text.utf8))) == hash)
    }

    @Test("Keccak-256 of every length around its blocks is that of eth-utils") func lengths() throws {
        let rows = try #require(try Vectors.read("ethereum-signing.json")["hashes"]?.elements)
        #expect(rows.count == 11)
        for row in rows {
            #expect(Keccak256.hash(row.bytes("message")) == row.bytes("hash"), "\(row)")
        }
    }

    @Test(
        "an address is written with ERC-55's checksum",
        arguments: [
            "0x52908400098527886E0F7030069857D2E4169EE7", "0x8617E340B3D01FA5F11F306F4090FD50E238070D",
            "0xde709f2102306220921060314715629080e2fb77", "0x27b1fdb04752bbc536007a920d24acb045561c26",
            "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
            "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB", "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
        ]
    )
    func checksum(_ address: String) throws {
        #expect(try #require(EthereumAddress(address)).text == address)
        #expect(try #require(EthereumAddress("0x" + address.dropFirst(2).lowercased())).text == address)
    }

    @Test(
        "what is no address is none",
        arguments: ["", "0x", "5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAe"]
            + ["0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAedAA", "0xgaAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"]
    )
    func noAddress(_ text: String) {
        #expect(EthereumAddress(text) == nil)
    }

    private static let encodings: [(hex: String, item: RLP)] = [
        ("80", RLP.bytes([])), ("00", RLP.bytes([0])), ("7f", RLP.bytes([0x7F])), ("8180", RLP.bytes([0x80])),
        ("83646f67", dog), ("820400", RLP(number: [0, 0, 4, 0])), ("c0", nothing),
        ("c88363617483646f67", RLP.list([RLP.bytes(Array("cat".utf8)), dog])),
        ("c7c0c1c0c3c0c1c0", RLP.list([nothing, nested, RLP.list([nothing, nested])])),
        ("b7" + letters(55), RLP.bytes([UInt8](repeating: 0x41, count: 55))),
        ("b838" + letters(56), RLP.bytes([UInt8](repeating: 0x41, count: 56))),
        ("b90400" + letters(1024), RLP.bytes([UInt8](repeating: 0x41, count: 1024))),
        ("f838" + letters(56), RLP.list([RLP](repeating: RLP.bytes([0x41]), count: 56))),
    ]
    private static let dog = RLP.bytes(Array("dog".utf8))
    private static let nothing = RLP.list([])
    private static let nested = RLP.list([nothing])

    private static func letters(_ count: Int) -> String { String(repeating: "41", count: count) }

    @Test("RLP is read and written in its one encoding", arguments: encodings)
    func rlp(_ hex: String, _ item: RLP) throws {
        let bytes = try #require(Hex.decode(hex))
        #expect(RLP(bytes) == item)
        #expect(Hex.encode(item.encoded) == hex)
        for count in 0..<bytes.count { #expect(RLP(bytes.prefix(count)) == nil, "the first \(count) bytes") }
        #expect(RLP(bytes + [0]) == nil)
    }

    @Test(
        "another encoding is none",
        arguments: [
            // A byte that is its own encoding, lengths that are longer than they must be, lengths beyond the end.
            "8100", "817f", "b80141", "b837" + letters(55), "b90038", "f800", "f80100",
            "b9003841", "bfffffffffffffffff", "ffffffffffffffffff", "bf00000000000000ff", "c3820400c0", "c28081",
            // Nine lists in one another.
            "c8c7c6c5c4c3c2c1c0",
        ]
    )
    func noRLP(_ hex: String) throws {
        #expect(RLP(try #require(Hex.decode(hex))) == nil)
    }

    @Test(
        "an amount is a whole number below 2^256 in its one spelling",
        arguments: [
            ("0", ""), ("1", "01"), ("255", "ff"), ("256", "0100"), ("50000000000000000", "b1a2bc2ec50000"),
            (
                "115792089237316195423570985008687907853269984665640564039457584007913129639935",
                String(repeating: "ff", count: 32)
            ),
        ]
    )
    func amounts(_ text: String, _ hex: String) throws {
        #expect(Hex.encode(try #require(DecimalNumber(text)).bytes) == hex)
    }

    @Test(
        "what is no amount is none",
        arguments: [
            "", "00", "01", "+1", "-1", " 1", "1 ", "0x1", "1.0", "1e3", "١",
            "115792089237316195423570985008687907853269984665640564039457584007913129639936",
            "1000000000000000000000000000000000000000000000000000000000000000000000000000000",
        ]
    )
    func noAmounts(_ text: String) {
        #expect(DecimalNumber(text) == nil)
    }
}
