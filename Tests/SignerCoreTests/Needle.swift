// SPDX-License-Identifier: Apache-2.0

@testable import SignerCore

/// Bytes to be searched for in the process's memory, kept as their complement so that they are not found here.
struct Needle: Sendable {
    let name: String
    let complement: [UInt8]

    init(_ name: String, complement: [UInt8]) {
        self.name = name
        self.complement = complement
    }

    init(_ name: String, _ secret: borrowing Secret) {
        self.name = name
        complement = secret.withBytes { bytes in bytes.map { ~$0 } }
    }

    /// The same bytes in every form in which somebody might keep them. Raw, each half for itself: memory that was given
    /// back to malloc has lost its first 16 bytes, and half of a scalar is enough to find the rest.
    var forms: [Needle] {
        orders.flatMap(\.halves) + [
            Needle("\(name), hex", complement: hexComplement(letters: UInt8(ascii: "a"))),
            Needle("\(name), upper-case hex", complement: hexComplement(letters: UInt8(ascii: "A"))),
            Needle("\(name), base64", complement: base64Complement(UInt8(ascii: "+"), UInt8(ascii: "/"))),
            Needle("\(name), base64url", complement: base64Complement(UInt8(ascii: "-"), UInt8(ascii: "_"))),
        ]
    }

    /// Big-endian and little-endian, whole.
    var orders: [Needle] { [self, Needle("\(name), little-endian", complement: complement.reversed())] }

    private var halves: [Needle] {
        let middle = complement.count / 2
        return [
            Needle("\(name), first half", complement: Array(complement[..<middle])),
            Needle("\(name), second half", complement: Array(complement[middle...])),
        ]
    }

    private func hexComplement(letters: UInt8) -> [UInt8] {
        complement.flatMap { byte in
            [~byte >> 4, ~byte & 15].map { digit in ~(digit < 10 ? UInt8(ascii: "0") + digit : letters + digit - 10) }
        }
    }

    /// Of the whole groups of three bytes.
    private func base64Complement(_ character62: UInt8, _ character63: UInt8) -> [UInt8] {
        stride(from: 0, to: complement.count - 2, by: 3).flatMap { index in
            let group = (0..<3).reduce(0) { $0 << 8 | Int(~complement[index + $1]) }
            return [18, 12, 6, 0].map { shift in ~Self.character(group >> shift & 63, character62, character63) }
        }
    }

    private static func character(_ value: Int, _ character62: UInt8, _ character63: UInt8) -> UInt8 {
        switch value {
        case 0..<26: UInt8(ascii: "A") + UInt8(value)
        case 26..<52: UInt8(ascii: "a") + UInt8(value - 26)
        case 52..<62: UInt8(ascii: "0") + UInt8(value - 52)
        case 62: character62
        default: character63
        }
    }
}
