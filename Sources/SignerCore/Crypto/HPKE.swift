// SPDX-License-Identifier: Apache-2.0
import COpenSSL

/// The receiving side of HPKE in base mode (RFC 9180): DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-256-GCM.
struct HPKE: ~Copyable {
    /// Nsecret, Nk and Nn of the suite, in bytes (RFC 9180 §7.1 to §7.3).
    static let sharedSecretByteCount = 32
    static let keyByteCount = 32
    static let nonceByteCount = 12
    static let tagByteCount = 16

    /// The key and nonce that the key schedule yields (RFC 9180 §5.1).
    let key: Secret
    let baseNonce: Secret

    /// Decrypts one message, the first of its context (RFC 9180 §6.1 `OpenBase`, sequence number 0).
    ///
    /// - Parameters:
    ///   - ciphertext: The encrypted bytes, followed by the tag of 16 bytes.
    ///   - encapsulatedKey: The point `enc`, already checked.
    ///   - recipient: The key pair that the message was sealed to.
    ///   - scheduleContext: The result of `makeScheduleContext` for the application's `info`.
    ///   - aad: The additional data that the tag authenticates.
    /// - Returns: `ciphertext.count - 16` bytes; nil where the AEAD refuses because the key, info, aad or bytes differ.
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

    /// Derives the shared secret from the encapsulated key: `Decap` (RFC 9180 §4.1).
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

    /// Computes `key_schedule_context`, the input of `KeySchedule` that is the same for each message of an application.
    /// Base mode has no PSK, so both inputs for it are empty (RFC 9180 §5.1).
    static func makeScheduleContext(info: [UInt8]) throws(CryptoError) -> [UInt8] {
        let hkdf = try makeKDF()
        let pskIdHash = try hkdf.extract(salt: LabeledHKDF.noSalt(), label: "psk_id_hash", Secret(copying: []))
        let infoHash = try hkdf.extract(salt: LabeledHKDF.noSalt(), label: "info_hash", Secret(copying: info))
        return unsafe [0] + pskIdHash.withBytes { unsafe Array($0) } + infoHash.withBytes { unsafe Array($0) }
    }

    /// Derives key and nonce from the shared secret: the rest of `KeySchedule` (RFC 9180 §5.1).
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
