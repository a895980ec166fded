// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import TurnkeySandbox

@Suite("Unsigned transactions") struct UnsignedTransactionTests {
    @Test("the example of EIP-155 is signed as the page has it") func example() throws {
        let unsigned =
            "ec098504a817c800825208943535353535353535353535353535353535353535880de0b6b3a764000080018080"
        let signed =
            "f86c098504a817c800825208943535353535353535353535353535353535353535880de0b6b3a76400008025a028ef61340bd939bc2"
            + "195fe537567866003e1a15d3c71ff63e1590620aa636276a067cbe9d8997f761aecb703304b3800ccf555c9f3dc64214b297fb1966"
            + "a3b6d83"
        let key = try #require(try SigningKey(scalar: [UInt8](repeating: 0x46, count: 32)))
        let transaction = try UnsignedTransaction(Array(try #require(Hex.decode(unsigned))))
        #expect(Hex.encode(try transaction.signed(by: key)) == signed)
    }

    @Test("each kind is signed as eth-account signs it, byte by byte", arguments: ["legacy", "eip2930", "eip1559"])
    func kinds(_ kind: String) throws {
        let rows = try #require(try Vectors.read("ethereum-signing.json")["transactions"]?.elements)
            .filter { $0["kind"]?.string == kind }
        #expect(rows.count == 40)
        for row in rows {
            let key = try #require(try SigningKey(scalar: row.bytes("privateKey")))
            let signed = try UnsignedTransaction(row.bytes("unsigned")).signed(by: key)
            #expect(signed == row.bytes("signed"), "\(row)")
            #expect(Keccak256.hash(signed) == row.bytes("hash"), "\(row)")
        }
    }

    @Test("no proper part of one is one, nor one with bytes behind it, nor a signed one") func parts() throws {
        let rows = try #require(try Vectors.read("ethereum-signing.json")["transactions"]?.elements)
        for row in rows {
            let bytes = row.bytes("unsigned")
            for count in Set([0, 1, 2, bytes.count / 2, bytes.count - 1]) {
                #expect(throws: TransactionFault.self, "\(row), \(count)") {
                    try UnsignedTransaction(Array(bytes.prefix(count)))
                }
            }
            #expect(throws: TransactionFault.self, "\(row)") { try UnsignedTransaction(bytes + [0x80]) }
            #expect(throws: TransactionFault.self, "\(row)") { try UnsignedTransaction(row.bytes("signed")) }
        }
    }

    struct Row: CustomTestStringConvertible {
        let testDescription: String
        let reason: String
        let bytes: [UInt8]

        init(_ description: String, _ reason: String, _ prefix: [UInt8], _ items: [RLP]) {
            (testDescription, self.reason, bytes) = (description, reason, prefix + RLP.list(items).encoded)
        }
    }

    private static let zero = RLP.bytes([])
    private static let to = RLP.bytes([UInt8](repeating: 0x35, count: 20))
    private static let market = [
        RLP.bytes([1]), zero, .bytes([2]), .bytes([3]), .bytes([4]), to, zero, zero, .list([]),
    ]
    private static let legacy = [zero, .bytes([2]), .bytes([4]), to, zero, zero, .bytes([1]), zero, zero]

    private static func changed(_ items: [RLP], _ index: Int, _ item: RLP) -> [RLP] {
        var items = items
        items[index] = item
        return items
    }

    @Test(
        "a field that cannot be is named",
        arguments: [
            Row("a chain of zero", "cannot have the value of its field 1", [2], changed(market, 0, zero)),
            Row("a chain beyond 64 bits", "cannot have the value of its field 1", [2], changed(market, 0, nine)),
            Row(
                "a chain whose v has no room",
                "cannot have the value of its field 7",
                [],
                changed(legacy, 6, RLP(number: (UInt64.max / 2 - 35).bigEndianBytes))
            ),
            Row("a nonce of nine bytes", "cannot have the value of its field 2", [2], changed(market, 1, nine)),
            Row(
                "a zero before a number",
                "cannot have the value of its field 3",
                [2],
                changed(market, 2, .bytes([0, 1]))
            ),
            Row("a zero that is spelled", "cannot have the value of its field 7", [2], changed(market, 6, .bytes([0]))),
            Row(
                "a fee beyond 256 bits",
                "cannot have the value of its field 4",
                [2],
                changed(market, 3, .bytes([UInt8](repeating: 1, count: 33)))
            ),
            Row("gas beyond 64 bits", "cannot have the value of its field 5", [2], changed(market, 4, nine)),
            Row(
                "a recipient of 19 bytes",
                "cannot have the value of its field 6",
                [2],
                changed(market, 5, .bytes([UInt8](repeating: 1, count: 19)))
            ),
            Row("data that is a list", "cannot have the value of its field 8", [2], changed(market, 7, .list([]))),
            Row("an access list that is none", "cannot have the value of its field 9", [2], changed(market, 8, zero)),
            Row(
                "an access list without keys",
                "cannot have the value of its field 9",
                [2],
                changed(market, 8, .list([.list([to])]))
            ),
            Row(
                "a key of 31 bytes",
                "cannot have the value of its field 9",
                [2],
                changed(market, 8, .list([.list([to, .list([.bytes([UInt8](repeating: 1, count: 31))])])]))
            ),
            Row("one field less", "has 8 fields where it must have 9", [2], market.dropLast()),
            Row("one field more", "has 10 fields where it must have 9", [2], market + [zero]),
            Row("a legacy one without a chain", "has 6 fields where it must have 9", [], Array(legacy.prefix(6))),
            Row("a legacy one with an r", "cannot have the value of its field 8", [], changed(legacy, 7, .bytes([1]))),
            Row("EIP-2930 with nine fields", "has 9 fields where it must have 8", [1], market),
            Row("a blob transaction", "is no transaction of EIP-155, EIP-2930 or EIP-1559", [3], market),
            Row("an authorization", "is no transaction of EIP-155, EIP-2930 or EIP-1559", [4], market),
        ]
    )
    func faults(_ row: Row) {
        #expect(throws: TransactionFault(row.reason)) { try UnsignedTransaction(row.bytes) }
    }

    private static let nine = RLP.bytes([UInt8](repeating: 1, count: 9))
}
