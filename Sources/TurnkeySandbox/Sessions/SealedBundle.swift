// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation

/// Makes credential bundles: a P-256 private scalar that only the owner of the target key can read.
enum SealedBundle {
    /// Seals the 32-byte scalar of `key` to `target`.
    ///
    /// HPKE base mode (RFC 9180 §5.1.1), DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-256-GCM; info `turnkey_hpke`,
    /// aad = enc(65) ‖ target(65), both uncompressed.
    /// - Returns: Base58check of compressed enc(33) ‖ ciphertext(48): 115 or 116 characters.
    static func seal(_ key: P256.Signing.PrivateKey, to target: P256.KeyAgreement.PublicKey) throws -> String {
        var sender = try HPKE.Sender(
            recipientKey: target,
            ciphersuite: .P256_SHA256_AES_GCM_256,
            info: Data("turnkey_hpke".utf8)
        )
        let aad = sender.encapsulatedKey + target.x963Representation
        let ciphertext = try sender.seal(key.rawRepresentation, authenticating: aad)
        let encapsulatedKey = try P256.KeyAgreement.PublicKey(x963Representation: sender.encapsulatedKey)
        return Base58Check.encode(encapsulatedKey.compressedRepresentation + ciphertext)
    }
}
