// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation
import Testing

/// What a frame does with a bundle: base58check, the point, HPKE, the scalar.
func openBundle(_ bundle: String, with key: P256.KeyAgreement.PrivateKey) throws -> P256.Signing.PrivateKey {
    let raw = try #require(decodeBase58Check(bundle))
    #expect(raw.count == 81)
    let encapsulated = try P256.KeyAgreement.PublicKey(compressedRepresentation: raw.prefix(33)).x963Representation
    var recipient = try HPKE.Recipient(
        privateKey: key,
        ciphersuite: .P256_SHA256_AES_GCM_256,
        info: Data("turnkey_hpke".utf8),
        encapsulatedKey: encapsulated
    )
    let aad = encapsulated + key.publicKey.x963Representation
    return try P256.Signing.PrivateKey(
        rawRepresentation: try recipient.open(raw.dropFirst(33), authenticating: aad)
    )
}

/// Base 58 by schoolbook multiplication, the checksum checked and dropped.
func decodeBase58Check(_ text: String) -> Data? {
    let alphabet = Array("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz")
    var bytes: [UInt8] = []
    for character in text {
        guard var carry = alphabet.firstIndex(of: character) else { return nil }
        for index in bytes.indices.reversed() {
            carry += Int(bytes[index]) * 58
            bytes[index] = UInt8(carry & 255)
            carry >>= 8
        }
        if carry > 0 { bytes.insert(UInt8(carry), at: 0) }
    }
    let payload = Data(bytes.dropLast(4))
    let checksum = SHA256.hash(data: Data(SHA256.hash(data: payload))).prefix(4)
    return Data(bytes.suffix(4)) == Data(checksum) ? payload : nil
}
