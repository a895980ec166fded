// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation

/// The value of an `X-Stamp` header, taken apart; anything that is not exactly the format is an error.
struct StampText {
    struct Flaw: Error { let what: String }

    let publicKeyHex: String
    let der: [UInt8]
    /// 32 bytes each, big-endian.
    let r: [UInt8]
    let s: [UInt8]
    /// How long the DER's two integers are, in bytes.
    let integerByteCounts: [Int]

    init(_ header: String) throws {
        let json = try Self.decode(header)
        let start = #"{"publicKey":""#
        let middle = #"","scheme":"SIGNATURE_SCHEME_TK_API_P256","signature":""#
        let parts = json.components(separatedBy: middle)
        guard json.hasPrefix(start), json.hasSuffix(#""}"#), parts.count == 2 else { throw Flaw(what: "JSON: \(json)") }
        publicKeyHex = String(parts[0].dropFirst(start.count))
        guard publicKeyHex.count == 66 else { throw Flaw(what: "publicKey: \(publicKeyHex)") }
        _ = try [UInt8](hex: publicKeyHex)
        der = try [UInt8](hex: String(parts[1].dropLast(2)))
        let integers = try Self.readIntegers(der)
        (r, s) = (integers[0].value, integers[1].value)
        integerByteCounts = integers.map(\.byteCount)
    }

    /// Whether swift-crypto finds the signature good under the stamp's own key.
    func isValid(for payload: [UInt8]) throws -> Bool {
        let key = try P256.Signing.PublicKey(compressedRepresentation: [UInt8](hex: publicKeyHex))
        return key.isValidSignature(try .init(derRepresentation: der), for: payload)
    }

    /// s above half of the group's order.
    var isHighS: Bool {
        !s.lexicographicallyPrecedes(Self.halfOrder) && s != Self.halfOrder
    }

    private static let halfOrder: [UInt8] = [
        0x7f, 0xff, 0xff, 0xff, 0x80, 0, 0, 0, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
        0xde, 0x73, 0x7d, 0x56, 0xd3, 0x8b, 0xcf, 0x42, 0x79, 0xdc, 0xe5, 0x61, 0x7e, 0x31, 0x92, 0xa8,
    ]

    private static func decode(_ header: String) throws -> String {
        guard header.utf8.allSatisfy({ ($0 | 32).isLetter || (48...57).contains($0) || $0 == 45 || $0 == 95 }) else {
            throw Flaw(what: "not base64url: \(header)")
        }
        let standard = header.replacing("-", with: "+").replacing("_", with: "/")
        let padded = standard + String(repeating: "=", count: (4 - standard.count % 4) % 4)
        guard let data = Data(base64Encoded: padded), data.base64EncodedString() == padded else {
            throw Flaw(what: "not canonical base64url: \(header)")
        }
        return String(decoding: data, as: UTF8.self)
    }

    /// SEQUENCE { INTEGER, INTEGER } of X.690 DER: minimal lengths, minimal integers, nothing behind.
    private static func readIntegers(_ der: [UInt8]) throws -> [(value: [UInt8], byteCount: Int)] {
        guard der.count >= 8, der[0] == 0x30, der[1] < 0x80, Int(der[1]) == der.count - 2 else {
            throw Flaw(what: "SEQUENCE: \(der.hexText)")
        }
        var rest = der.dropFirst(2)
        var integers: [(value: [UInt8], byteCount: Int)] = []
        while let tag = rest.popFirst() {
            guard tag == 2, let length = rest.popFirst(), (1...33).contains(length), rest.count >= Int(length) else {
                throw Flaw(what: "INTEGER: \(der.hexText)")
            }
            let value = Array(rest.prefix(Int(length)))
            rest = rest.dropFirst(Int(length))
            let isPadded = value.count > 1 && value[0] == 0 && value[1] < 0x80
            guard value[0] < 0x80, !isPadded, value != [0] else { throw Flaw(what: "not minimal: \(der.hexText)") }
            let digits = value[0] == 0 ? Array(value.dropFirst()) : value
            integers.append((Array(repeating: 0, count: 32 - digits.count) + digits, value.count))
        }
        guard integers.count == 2 else { throw Flaw(what: "integers: \(der.hexText)") }
        return integers
    }
}

extension UInt8 {
    fileprivate var isLetter: Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self) }
}
