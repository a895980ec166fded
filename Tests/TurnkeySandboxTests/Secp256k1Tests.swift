// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import TurnkeySandbox

@Suite("Keys of secp256k1") struct Secp256k1Tests {
    @Test("signatures are those of eth-keys, number by number") func signatures() throws {
        let rows = try #require(try Vectors.read("ethereum-signing.json")["signatures"]?.elements)
        #expect(rows.count == 40)
        for row in rows {
            let key = try #require(try SigningKey(scalar: row.bytes("privateKey")))
            let signature = try key.sign(row.bytes("digest"))
            #expect(signature.r == row.bytes("r"), "\(row)")
            #expect(signature.s == row.bytes("s"), "\(row)")
            #expect([signature.recoveryId] == row.bytes("v"), "\(row)")
        }
    }

    @Test("s is in the lower half of the order") func lowS() throws {
        // The order halved.
        let half =
            [0x7F] + [UInt8](repeating: 0xFF, count: 15) + [
                0x5D, 0x57, 0x6E, 0x73, 0x57, 0xA4, 0x50, 0x1D, 0xDF, 0xE9, 0x2F, 0x46, 0x68, 0x1B, 0x20, 0xA0,
            ]
        let key = try #require(try SigningKey(scalar: [UInt8](repeating: 0x46, count: 32)))
        for byte in UInt8(0)..<64 {
            let signature = try key.sign([UInt8](repeating: byte, count: 32))
            #expect(!half.lexicographicallyPrecedes(signature.s), "\(byte)")
        }
    }

    @Test("1 is the base point, and the order less 1 its mirror image") func edges() throws {
        let one = try #require(try SigningKey(scalar: [UInt8](repeating: 0, count: 31) + [1]))
        let x = "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"
        #expect(Hex.encode(one.publicKey.compressed) == "02" + x)
        var last = Secp256k1.order
        last[31] -= 1
        #expect(Hex.encode(try #require(try SigningKey(scalar: last)).publicKey.compressed) == "03" + x)
    }

    @Test(
        "0, the order and more, and other lengths are no key",
        arguments: [
            [UInt8](repeating: 0, count: 32), Secp256k1.order, [UInt8](repeating: 0xFF, count: 32), [],
            [UInt8](repeating: 1, count: 31), [UInt8](repeating: 1, count: 33),
        ]
    )
    func noKeys(_ scalar: [UInt8]) throws {
        #expect(try SigningKey(scalar: scalar) == nil)
    }
}

extension JSONValue {
    /// The bytes of a member in hex; none where there is none.
    func bytes(_ name: String) -> [UInt8] {
        self[name]?.string.flatMap { Hex.decode($0) }.map { Array($0) } ?? []
    }
}
