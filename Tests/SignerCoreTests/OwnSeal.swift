// SPDX-License-Identifier: Apache-2.0
import COpenSSL

@testable import SignerCore

/// A credential bundle sealed without a secret ever leaving the secure heap: with it a search of the process's memory
/// finds what a frame left behind, not what the test did.
struct OwnSeal {
    /// Uncompressed, 65 bytes.
    let encapsulatedKey: [UInt8]
    /// 32 bytes and the tag's 16.
    let ciphertext: [UInt8]
    /// What must not be found: the Diffie-Hellman value, the shared secret and the key.
    let needles: [Needle]

    /// `publicKey`: uncompressed, 65 bytes.
    init(sealing scalar: borrowing Secret, to publicKey: [UInt8]) throws {
        let ephemeral = try PrivateKey.generate()
        let compressed = SealedBundle.compress(publicKey)
        guard let recipient = try Point.decompress(compressed.span) else { throw NotHex(text: publicKey.hexText) }
        encapsulatedKey = ephemeral.uncompressedPublicKey
        let dh = try ephemeral.sharedSecret(with: recipient)
        let kem = try LabeledHKDF(suite: Array("KEM".utf8) + [0x00, 0x10])
        let extracted = try kem.extract(salt: LabeledHKDF.noSalt(), label: "eae_prk", dh)
        let shared = try kem.expand(
            extracted,
            label: "shared_secret",
            info: encapsulatedKey + publicKey,
            byteCount: HPKE.sharedSecretByteCount
        )
        let context = try HPKE.schedule(sharedSecret: shared, scheduleContext: Self.scheduleContext())
        needles = [
            Needle("Diffie-Hellman value", dh), Needle("shared secret", shared), Needle("AEAD key", context.key),
        ]
        ciphertext = try Self.encrypt(
            scalar,
            key: context.key,
            nonce: context.baseNonce,
            aad: encapsulatedKey + publicKey
        )
    }

    static func scheduleContext() throws -> [UInt8] { try HPKE.makeScheduleContext(info: Array("turnkey_hpke".utf8)) }

    var bundle: SealedBundle { SealedBundle(bytes: SealedBundle.compress(encapsulatedKey) + ciphertext) }

    private static func encrypt(
        _ scalar: borrowing Secret,
        key: borrowing Secret,
        nonce: borrowing Secret,
        aad: [UInt8]
    ) throws -> [UInt8] {
        let context = try require(EVP_CIPHER_CTX_new(), "EVP_CIPHER_CTX_new")
        defer {
            EVP_CIPHER_CTX_free(context)
            cleanseStack()
        }
        var ciphertext = [UInt8](repeating: 0, count: scalar.byteCount + HPKE.tagByteCount)
        var count: Int32 = 0
        try key.withBytes { key in
            try nonce.withBytes { nonce in
                try check(
                    EVP_EncryptInit_ex2(context, EVP_aes_256_gcm(), key.bytePointer, nonce.bytePointer, nil),
                    "EVP_EncryptInit_ex2"
                )
            }
        }
        try check(EVP_EncryptUpdate(context, nil, &count, aad, Int32(aad.count)), "EVP_EncryptUpdate")
        try scalar.withBytes { scalar in
            try check(
                EVP_EncryptUpdate(context, &ciphertext, &count, scalar.bytePointer, Int32(scalar.count)),
                "EVP_EncryptUpdate"
            )
        }
        let byteCount = scalar.byteCount
        try ciphertext.withUnsafeMutableBufferPointer { ciphertext in
            let tag = ciphertext.baseAddress.map { $0 + byteCount }
            try check(EVP_EncryptFinal_ex(context, tag, &count), "EVP_EncryptFinal_ex")
            try check(
                EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, Int32(HPKE.tagByteCount), tag),
                "EVP_CIPHER_CTX_ctrl"
            )
        }
        return ciphertext
    }
}

extension UnsafeRawBufferPointer {
    var bytePointer: UnsafePointer<UInt8>? { bindMemory(to: UInt8.self).baseAddress }
}

extension TestCredential {
    func secret() throws -> Secret { try Secret(copying: scalar) }
}
