// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation
import Passkeys

/// Seals a credential to a frame's embedded key.
enum CredentialBundle {
    private static let suite = HPKE.Ciphersuite(kem: .P256_HKDF_SHA256, kdf: .HKDF_SHA256, aead: .AES_GCM_256)

    /// Returns the base58check of compressed enc (33 bytes) ‖ ciphertext (48 bytes): HPKE base mode (RFC 9180 §5.1.1),
    /// info `turnkey_hpke`, aad = enc ‖ target key, both uncompressed (65 + 65 bytes).
    ///
    /// `targetPublicKey` is 130 lower-case hex digits. A compressed one would give another aad, and no frame could open
    /// the bundle.
    ///
    /// - Throws: `.configuration(.invalidTargetKey)`.
    static func seal(_ credential: P256.Signing.PrivateKey, to targetPublicKey: String) throws(TurnkeyError) -> String {
        guard let target = Hexadecimal.decode(targetPublicKey), target.count == 65,
            targetPublicKey == targetPublicKey.lowercased(),
            let recipient = try? P256.KeyAgreement.PublicKey(x963Representation: target),
            let bundle = try? seal(credential.rawRepresentation, to: recipient, aadSuffix: target)
        else { throw .configuration(.invalidTargetKey) }
        return Base58Check.encode(bundle)
    }

    private static func seal(
        _ scalar: Data,
        to recipient: P256.KeyAgreement.PublicKey,
        aadSuffix target: Data
    ) throws -> Data {
        var sender = try HPKE.Sender(recipientKey: recipient, ciphersuite: suite, info: Data("turnkey_hpke".utf8))
        let encapsulatedKey = try P256.KeyAgreement.PublicKey(x963Representation: sender.encapsulatedKey)
        let ciphertext = try sender.seal(scalar, authenticating: sender.encapsulatedKey + target)
        return encapsulatedKey.compressedRepresentation + ciphertext
    }
}
