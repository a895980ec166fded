// SPDX-License-Identifier: Apache-2.0
import COpenSSL

/// Signs messages with one key. libcrypto's two contexts are set up once and used for every signature.
@safe struct Signer: ~Copyable {
    private let signature: SignatureContext
    private let digest: DigestContext

    /// The longest DER of an ECDSA signature on P-256: a SEQUENCE of two INTEGERs of 33 bytes.
    static let maximumSignatureByteCount = 72
    /// From a SEQUENCE of two INTEGERs of one byte on.
    fileprivate static let signatureByteCounts = 8...maximumSignatureByteCount

    init(key: borrowing KeyHandle) throws(CryptoError) {
        let signature = try SignatureContext.make(key: key)
        let digest = try DigestContext.make()
        self.signature = signature
        self.digest = digest
    }

    /// Signs the SHA-256 of `message` by ECDSA (FIPS 186-5 §6.4), with a random nonce that libcrypto draws.
    ///
    /// - Parameters:
    ///   - message: The bytes to sign, of any length.
    ///   - body: Receives the signature in DER, at most 72 bytes, which it must not keep.
    /// - Returns: The SHA-256 that was signed.
    /// - Throws: `CryptoError`, and then `body` is not called.
    func sign(
        _ message: Span<UInt8>,
        _ body: (Span<UInt8>) -> Void
    ) throws(CryptoError) -> InlineArray<32, UInt8> {
        let digest = try digest.hash(message)
        var der = InlineArray<72, UInt8>(repeating: 0)
        let length = try signature.sign(digest, into: &der)
        body(der.span.extracting(first: length))
        return digest
    }
}

/// libcrypto's `EVP_PKEY_CTX`, ready to sign.
@safe private struct SignatureContext: ~Copyable {
    private let context: OpaquePointer

    private init(context: OpaquePointer) { unsafe self.context = context }

    deinit { unsafe EVP_PKEY_CTX_free(context) }

    static func make(key: borrowing KeyHandle) throws(CryptoError) -> SignatureContext {
        let result = unsafe SignatureContext(
            context: try require(EVP_PKEY_CTX_new_from_pkey(nil, key.key, nil), "EVP_PKEY_CTX_new_from_pkey")
        )
        try unsafe check(EVP_PKEY_sign_init(result.context), "EVP_PKEY_sign_init")
        return result
    }

    func sign(_ digest: InlineArray<32, UInt8>, into der: inout InlineArray<72, UInt8>) throws(CryptoError) -> Int {
        var length = Signer.maximumSignatureByteCount
        var target = der.mutableSpan
        let result = unsafe target.withUnsafeMutableBufferPointer { target in
            unsafe digest.span.withUnsafeBufferPointer { digest in
                unsafe EVP_PKEY_sign(context, target.baseAddress, &length, digest.baseAddress, digest.count)
            }
        }
        cleanseStack()
        try check(result, "EVP_PKEY_sign")
        // libcrypto 3.0 says that it signed, with a length of 2³² - 1, where it found no memory to encode the signature.
        guard Signer.signatureByteCounts.contains(length), der[0] == 0x30, Int(der[1]) == length - 2 else {
            ERR_clear_error()
            throw .failed(call: "EVP_PKEY_sign")
        }
        return length
    }
}

/// libcrypto's `EVP_MD_CTX` for SHA-256 (FIPS 180-4), fetched once.
@safe struct DigestContext: ~Copyable {
    private let context: OpaquePointer
    private let algorithm: OpaquePointer

    private init(context: OpaquePointer, algorithm: OpaquePointer) {
        unsafe self.context = context
        unsafe self.algorithm = algorithm
    }

    deinit {
        unsafe EVP_MD_CTX_free(context)
        unsafe EVP_MD_free(algorithm)
    }

    static func make() throws(CryptoError) -> DigestContext {
        let algorithm = try unsafe require(EVP_MD_fetch(nil, "SHA256", nil), "EVP_MD_fetch")
        do throws(CryptoError) {
            return unsafe DigestContext(context: try require(EVP_MD_CTX_new(), "EVP_MD_CTX_new"), algorithm: algorithm)
        } catch {
            unsafe EVP_MD_free(algorithm)
            throw error
        }
    }

    /// Computes the SHA-256 of `message`, 32 bytes.
    func hash(_ message: Span<UInt8>) throws(CryptoError) -> InlineArray<32, UInt8> {
        var digest = InlineArray<32, UInt8>(repeating: 0)
        try unsafe check(EVP_DigestInit_ex2(context, algorithm, nil), "EVP_DigestInit_ex2")
        let updated = unsafe message.withUnsafeBufferPointer { message in
            unsafe EVP_DigestUpdate(context, message.baseAddress, message.count)
        }
        try check(updated, "EVP_DigestUpdate")
        var target = digest.mutableSpan
        let finished = unsafe target.withUnsafeMutableBufferPointer { target in
            unsafe EVP_DigestFinal_ex(context, target.baseAddress, nil)
        }
        try check(finished, "EVP_DigestFinal_ex")
        return digest
    }
}
