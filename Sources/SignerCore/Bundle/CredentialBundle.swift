// SPDX-License-Identifier: Apache-2.0

/// The reasons to refuse a credential bundle; the first that applies, in this order, is reported.
package enum BundleError: String, Error, Hashable, Sendable, CaseIterable {
    /// A character outside both alphabets, or base64url that is not the spelling of any bytes.
    case encoding
    /// base58check with a wrong checksum.
    case checksum
    /// A length other than 33 + 48 bytes.
    case length
    /// An encapsulated key that is not a compressed point of P-256.
    case point
    /// A tag that the AEAD rejects: the bundle was sealed to another key, or changed.
    case decryption
    /// A scalar that is zero, or not below the group's order.
    case scalar
}

/// A credential bundle whose text was read but not yet decrypted: compressed encapsulated key (33 bytes) ‖ ciphertext
/// (32 bytes and a tag of 16).
package struct CredentialBundle {
    let bytes: [UInt8]

    /// The length of a bundle: 81 bytes.
    package static let byteCount = PublicKey.compressedByteCount + PrivateKey.scalarByteCount + HPKE.tagByteCount
    /// The length in base64url of 81 bytes; base58check takes 115 or 116 characters for them.
    static let base64URLCharacterCount = 108
    /// The longest text that is decoded. No bundle comes near it, and base58 takes quadratic time.
    static let maximumCharacterCount = 256

    /// What can go wrong: a bundle that is refused, or libcrypto.
    package enum Failure: Error {
        case refused(BundleError)
        case crypto(CryptoError)
    }

    /// Decodes a bundle's text, and tells the two spellings apart without guessing.
    ///
    /// Text of base58 characters alone is read as base58check, and as base64url only where the checksum is wrong and
    /// the text has exactly base64url's length. Other text of base64url characters alone is read as that. No character
    /// is skipped: no white space, no padding.
    ///
    /// - Parameter text: The text that the caller sent, in UTF-8.
    /// - Returns: 81 bytes, not yet known to be a point and a ciphertext.
    /// - Throws: `.refused` with `.encoding`, `.checksum` or `.length`; `.crypto`.
    package static func read(_ text: Span<UInt8>) throws(Failure) -> CredentialBundle {
        let bytes = try readBytes(text)
        guard bytes.count == byteCount else { throw .refused(.length) }
        return CredentialBundle(bytes: bytes)
    }

    private static func readBytes(_ text: Span<UInt8>) throws(Failure) -> [UInt8] {
        guard isOfOneAlphabet(text) else { throw .refused(.encoding) }
        guard text.count <= maximumCharacterCount else { throw .refused(.length) }
        let decoded: Base58Check.Decoded
        do throws(CryptoError) { decoded = try Base58Check.decode(text) } catch { throw .crypto(error) }
        switch decoded {
        case .payload(let bytes): return bytes
        case .wrongChecksum where text.count != base64URLCharacterCount: throw .refused(.checksum)
        case .wrongChecksum, .notBase58:
            guard let bytes = Base64URL.decode(text) else { throw .refused(.encoding) }
            return bytes
        }
    }

    private static func isOfOneAlphabet(_ text: Span<UInt8>) -> Bool {
        for index in text.indices where Base64URL.value(of: text[index]) == nil { return false }
        return true
    }

    /// Decrypts the bundle to the credential's private key.
    ///
    /// HPKE base mode (RFC 9180 §5.1.1), info `turnkey_hpke`, aad = enc ‖ embedded public key, both uncompressed (65 +
    /// 65 bytes). The plaintext is the scalar, 32 bytes, big-endian.
    ///
    /// - Throws: `.refused` with `.point`, `.decryption` or `.scalar`; `.crypto`. A call that throws keeps no secret.
    func open(with embeddedKey: borrowing PrivateKey) throws(Failure) -> PrivateKey {
        let opening: Opening
        do throws(CryptoError) { opening = try decrypt(with: embeddedKey) } catch { throw .crypto(error) }
        switch consume opening {
        case .key(let key): return key
        case .refused(let reason): throw .refused(reason)
        }
    }

    private enum Opening: ~Copyable {
        case key(PrivateKey)
        case refused(BundleError)
    }

    private func decrypt(with embeddedKey: borrowing PrivateKey) throws(CryptoError) -> Opening {
        let compressed = bytes.span.extracting(first: PublicKey.compressedByteCount)
        let ciphertext = bytes.span.extracting(droppingFirst: PublicKey.compressedByteCount)
        guard let point = try Point.decompress(compressed) else { return .refused(.point) }
        let aad = point.uncompressed + embeddedKey.uncompressedPublicKey
        let plaintext = try HPKE.open(
            ciphertext,
            encapsulatedKey: point,
            recipient: embeddedKey,
            scheduleContext: Self.scheduleContext.get(),
            aad: aad
        )
        guard let plaintext else { return .refused(.decryption) }
        guard let key = try PrivateKey.make(scalar: plaintext) else { return .refused(.scalar) }
        return .key(key)
    }

    /// Computed once in a process.
    private static let scheduleContext = Result { () throws(CryptoError) in
        try HPKE.makeScheduleContext(info: Array("turnkey_hpke".utf8))
    }
}
