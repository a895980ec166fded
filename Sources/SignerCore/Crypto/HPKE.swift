// SPDX-License-Identifier: Apache-2.0
import COpenSSL

/// HPKE, base mode, receiving side (RFC 9180): DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-256-GCM.
struct HPKE: ~Copyable {
    /// Nsecret, Nk and Nn of the suite, in bytes (RFC 9180 §7.1 to §7.3).
    static let sharedSecretByteCount = 32
    static let keyByteCount = 32
    static let nonceByteCount = 12
    static let tagByteCount = 16

    /// The key schedule's results (RFC 9180 §5.1).
    let key: Secret
    let baseNonce: Secret

    /// Opens one message, the first of its context (RFC 9180 §6.1 `OpenBase`, sequence number 0).
    ///
    /// - Parameters:
    ///   - ciphertext: At least the tag's 16 bytes.
    ///   - encapsulatedKey: A checked point, `enc` once serialised.
    ///   - recipient: The key pair that it was sealed to.
    ///   - scheduleContext: Of the `info` that binds the key schedule to the application.
    ///   - aad: What was authenticated beside the ciphertext.
    /// - Returns: `ciphertext.count - 16` bytes; nil where the AEAD refuses: another key, another info or aad, or changed
    ///   bytes.
    /// - Throws: `CryptoError`.
    static func open(
        _ ciphertext: Span<UInt8>,
        encapsulatedKey: Point,
        recipient: borrowing PrivateKey,
        scheduleContext: [UInt8],
        aad: [UInt8]
    ) throws(CryptoError) -> Secret? {
        let shared = try decapsulate(encapsulatedKey, recipient: recipient)
        let context = try schedule(sharedSecret: shared, scheduleContext: scheduleContext)
        return try GCM.open(ciphertext, key: context.key, nonce: context.baseNonce, aad: aad)
    }

    /// `Decap` (RFC 9180 §4.1).
    static func decapsulate(
        _ encapsulatedKey: Point,
        recipient: borrowing PrivateKey
    ) throws(CryptoError) -> Secret {
        let dh = try recipient.sharedSecret(with: encapsulatedKey)
        let kemContext = encapsulatedKey.uncompressed + recipient.uncompressedPublicKey
        let kem = try LabeledHKDF(suite: Array("KEM".utf8) + [0x00, 0x10])
        let extracted = try kem.extract(salt: LabeledHKDF.noSalt(), label: "eae_prk", dh)
        return try kem.expand(extracted, label: "shared_secret", info: kemContext, byteCount: sharedSecretByteCount)
    }

    /// What `KeySchedule` works with beside the secret, `key_schedule_context`: the same for each message of an application.
    /// In base mode there is no PSK, so both its inputs are empty (RFC 9180 §5.1).
    static func makeScheduleContext(info: [UInt8]) throws(CryptoError) -> [UInt8] {
        let hkdf = try makeKDF()
        let pskIdHash = try hkdf.extract(salt: LabeledHKDF.noSalt(), label: "psk_id_hash", Secret(copying: []))
        let infoHash = try hkdf.extract(salt: LabeledHKDF.noSalt(), label: "info_hash", Secret(copying: info))
        return unsafe [0] + pskIdHash.withBytes { unsafe Array($0) } + infoHash.withBytes { unsafe Array($0) }
    }

    /// The rest of `KeySchedule` (RFC 9180 §5.1).
    static func schedule(sharedSecret: borrowing Secret, scheduleContext: [UInt8]) throws(CryptoError) -> HPKE {
        let hkdf = try makeKDF()
        let secret = try hkdf.extract(salt: sharedSecret, label: "secret", Secret(copying: []))
        let key = try hkdf.expand(secret, label: "key", info: scheduleContext, byteCount: keyByteCount)
        let nonce = try hkdf.expand(secret, label: "base_nonce", info: scheduleContext, byteCount: nonceByteCount)
        return HPKE(key: key, baseNonce: nonce)
    }

    private static func makeKDF() throws(CryptoError) -> LabeledHKDF {
        try LabeledHKDF(suite: Array("HPKE".utf8) + [0x00, 0x10, 0x00, 0x01, 0x00, 0x02])
    }
}
