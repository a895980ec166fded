// SPDX-License-Identifier: Apache-2.0

/// A signature as `ssh-keygen -Y sign` makes it (OpenSSH's PROTOCOL.sshsig), read strictly, without trailing bytes.
package struct SSHSignature: Sendable {
    /// The key that claims to have signed.
    package let key: SSHPublicKey
    private let namespace: [UInt8]
    private let hash: SSHHash
    private let value: Value

    private struct Value: Sendable {
        /// The 64 bytes of Ed25519, or the DER of ECDSA's r and s (RFC 3279 §2.2.3).
        let signature: [UInt8]
        /// A FIDO2 key's flags about the user (PROTOCOL.u2f) and its counter of uses; 0 for other keys.
        var flags: UInt8 = 0
        var counter: UInt32 = 0
    }

    /// The largest armored text, in bytes. A FIDO2 key's signature takes half a KiB.
    package static let maximumTextByteCount = 8192
    private static let magic = Array("SSHSIG".utf8)
    private static let version: UInt32 = 1
    /// The flag "user present": a person touched the key (CTAP 2.1 §6.1.2, "up").
    private static let userPresent: UInt8 = 1

    /// Reads a signature.
    ///
    /// - Parameters:
    ///   - text: The armored signature, at most `maximumTextByteCount` bytes.
    ///   - namespace: The namespace that the signature must have.
    /// - Throws: Each of `SSHSignatureError` but `.unverified` and `.crypto`.
    package init(_ text: [UInt8], namespace: String) throws(SSHSignatureError) {
        guard text.count <= Self.maximumTextByteCount else { throw .armor }
        var reader = SSHReader(try SSHArmor.decode(text))
        guard try reader.raw(Self.magic.count) == Self.magic else { throw .magic }
        guard try reader.uint32() == Self.version else { throw .version }
        let key = try SSHPublicKey(blob: reader.string())
        self.namespace = try reader.string()
        guard self.namespace.elementsEqual(namespace.utf8) else { throw .namespace }
        guard try reader.string().isEmpty else { throw .reserved }
        guard let hash = SSHHash(name: try reader.string()) else { throw .hashAlgorithm }
        value = try Self.readValue(try reader.string(), of: key.kind)
        try reader.end()
        self.key = key
        self.hash = hash
    }

    private static func readValue(
        _ blob: [UInt8],
        of kind: SSHPublicKey.Kind
    ) throws(SSHSignatureError) -> Value {
        var reader = SSHReader(blob)
        guard try reader.string().elementsEqual(kind.rawValue.utf8) else { throw .signatureKind }
        let signature = try reader.string()
        var value = Value(signature: kind.isEd25519 ? signature : try readECDSA(signature))
        guard !kind.isEd25519 || signature.count == 64 else { throw .signature }
        if kind.isSecurityKeys {
            value.flags = try reader.byte()
            value.counter = try reader.uint32()
            guard value.flags & userPresent != 0 else { throw .userAbsent }
        }
        try reader.end()
        return value
    }

    /// Reads r and s, mpints (RFC 5656 §3.1.2) whose bytes are those of DER's INTEGERs, and returns the DER.
    private static func readECDSA(_ blob: [UInt8]) throws(SSHSignatureError) -> [UInt8] {
        var reader = SSHReader(blob)
        var body: [UInt8] = []
        for _ in 0..<2 {
            let number = try reader.positiveInteger()
            body += [0x02, UInt8(number.count)]
            body += number
        }
        try reader.end()
        return [0x30, UInt8(body.count)] + body
    }

    /// Checks that `key` has signed the message, with libcrypto.
    ///
    /// - Throws: `.unverified`; `.key` if its point is not on the curve; `.crypto`.
    package func verify(_ message: Span<UInt8>) throws(SSHSignatureError) {
        let isVerified: Bool?
        do throws(CryptoError) { isVerified = try isSignature(of: message) } catch { throw .crypto(error) }
        guard let isVerified else { throw .key }
        guard isVerified else { throw .unverified }
    }

    /// Whether `key` has signed the message; nil if its point is not on the curve.
    private func isSignature(of message: Span<UInt8>) throws(CryptoError) -> Bool? {
        var signed = Self.magic
        signed.appendSSH(string: namespace)
        signed.appendSSH(string: [])
        signed.appendSSH(string: hash.rawValue.utf8)
        signed.appendSSH(string: try hash.digest(of: message))
        if key.kind.isSecurityKeys { signed = try securityKeyMessage(signed) }
        guard let verifier = try SSHVerifier.make(key) else { return nil }
        return try verifier.verifies(value.signature, of: signed)
    }

    /// Makes the bytes that a FIDO2 key signs: the hash of its application, its flags and counter, the hash of the message
    /// (PROTOCOL.u2f).
    private func securityKeyMessage(_ message: [UInt8]) throws(CryptoError) -> [UInt8] {
        var signed = try SSHHash.sha256.digest(of: key.application.span)
        signed.append(value.flags)
        signed.appendSSH(value.counter)
        signed += try SSHHash.sha256.digest(of: message.span)
        return signed
    }
}
