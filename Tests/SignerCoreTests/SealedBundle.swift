// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation

/// A credential bundle sealed by swift-crypto's HPKE, in both spellings.
struct SealedBundle {
    /// compressed enc ‖ ciphertext.
    var bytes: [UInt8]

    init(bytes: [UInt8]) { self.bytes = bytes }

    /// `plaintext`: the scalar, or what a test puts in its place; `embeddedPublicKey`: uncompressed, 65 bytes.
    init(sealing plaintext: some Collection<UInt8>, to embeddedPublicKey: [UInt8], info: String = "turnkey_hpke") throws
    {
        var sender = try HPKE.Sender(
            recipientKey: P256.KeyAgreement.PublicKey(x963Representation: embeddedPublicKey),
            ciphersuite: .P256_SHA256_AES_GCM_256,
            info: .init(info.utf8)
        )
        let enc = Array(sender.encapsulatedKey)
        let ciphertext = try sender.seal(Array(plaintext), authenticating: enc + embeddedPublicKey)
        bytes = Self.compress(enc) + ciphertext
    }

    static func compress(_ uncompressed: [UInt8]) -> [UInt8] { [2 + uncompressed[64] % 2] + uncompressed[1...32] }

    var base64URL: String { Self.base64URL(bytes) }
    var base58Check: String { Self.base58Check(bytes) }

    static func base64URL(_ bytes: [UInt8]) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
        let text = Array(bytes.map { String(String(Int($0) + 256, radix: 2).dropFirst()) }.joined())
        return String(
            stride(from: 0, to: text.count, by: 6).map { start in
                let group = String(text[start..<min(start + 6, text.count)])
                let padded = group + String(repeating: "0", count: 6 - group.count)
                return alphabet[Int(padded, radix: 2) ?? 0]
            }
        )
    }

    static func base58Check(_ bytes: [UInt8]) -> String {
        base58(bytes + Array(SHA256.hash(data: Array(SHA256.hash(data: bytes))))[..<4])
    }

    /// Long division by 58, once for each digit.
    static func base58(_ bytes: [UInt8]) -> String {
        let alphabet = Array("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz")
        var number = Array(bytes.drop { $0 == 0 })
        var text = ""
        while !number.isEmpty {
            var remainder = 0
            for index in number.indices {
                let value = remainder * 256 + Int(number[index])
                number[index] = UInt8(value / 58)
                remainder = value % 58
            }
            text.append(alphabet[remainder])
            number = Array(number.drop { $0 == 0 })
        }
        return String(repeating: "1", count: bytes.prefix { $0 == 0 }.count) + String(text.reversed())
    }
}
