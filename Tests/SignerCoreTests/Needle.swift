// SPDX-License-Identifier: Apache-2.0

@testable import SignerCore

/// Bytes to be searched for in the process's memory, kept as their complement so that they are not found here.
struct Needle: Sendable {
    let name: String
    let complement: [UInt8]

    /// Fragments of so many bytes are searched for: shorter ones are anywhere by chance, and eight of a scalar's bytes less
    /// to guess are already too many.
    static let fragmentByteCount = 8

    init(_ name: String, complement: [UInt8]) {
        self.name = name
        self.complement = complement
    }

    init(_ name: String, _ secret: borrowing Secret) {
        self.name = name
        complement = secret.withBytes { bytes in bytes.map { ~$0 } }
    }

    /// Big-endian and little-endian, whole.
    var orders: [Needle] { [self, Needle("\(name), little-endian", complement: complement.reversed())] }

    /// Every fragment of it in every form in which somebody might keep one: raw in three orders (the third is how SHA-256
    /// and AES read a message, in words of four bytes), in hex and in base64 at each of its phases.
    var fragments: [Needle] {
        let words = Needle("\(name), in words", complement: complement.indices.map { complement[$0 ^ 3] })
        return (orders + [words]).flatMap { $0.windows(of: Self.fragmentByteCount) }
            + windows(of: Self.fragmentByteCount).flatMap { window in
                (["a", "A"] as [Unicode.Scalar]).map { letter in
                    Needle("\(window.name) in hex, \(letter)", complement: window.hexComplement(letters: letter))
                }
            }
            // Whole groups of three bytes.
            + windows(of: 9).flatMap { window in
                Self.alphabets.map { alphabet, character62, character63 in
                    Needle(
                        "\(window.name) in \(alphabet)",
                        complement: window.base64Complement(character62, character63)
                    )
                }
            }
    }

    private static let alphabets: [(String, Unicode.Scalar, Unicode.Scalar)] = [
        ("base64", "+", "/"), ("base64url", "-", "_"),
    ]

    private func windows(of byteCount: Int) -> [Needle] {
        (0...complement.count - byteCount).map { start in
            Needle("\(name) from byte \(start)", complement: Array(complement[start..<start + byteCount]))
        }
    }

    private func hexComplement(letters: Unicode.Scalar) -> [UInt8] {
        complement.flatMap { byte in
            [~byte >> 4, ~byte & 15].map { digit in
                ~(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: letters) + digit - 10)
            }
        }
    }

    private func base64Complement(_ character62: Unicode.Scalar, _ character63: Unicode.Scalar) -> [UInt8] {
        stride(from: 0, to: complement.count - 2, by: 3).flatMap { index in
            let group = (0..<3).reduce(0) { $0 << 8 | Int(~complement[index + $1]) }
            return [18, 12, 6, 0].map { shift in
                ~Self.character(group >> shift & 63, UInt8(ascii: character62), UInt8(ascii: character63))
            }
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
