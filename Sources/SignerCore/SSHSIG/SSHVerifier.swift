// SPDX-License-Identifier: Apache-2.0
import COpenSSL

/// Verifies signatures of one public key, by libcrypto's `EVP_PKEY`.
@safe struct SSHVerifier: ~Copyable {
    private let key: OpaquePointer
    /// The hash algorithm's name; nil if the signature algorithm hashes by itself.
    private let digestName: String?

    private init(key: OpaquePointer, digestName: String?) {
        unsafe self.key = key
        self.digestName = digestName
    }

    deinit { unsafe EVP_PKEY_free(key) }

    /// Makes a verifier; nil if a P-256 point is not on the curve. libcrypto checks an Ed25519 point at each signature.
    static func make(_ key: SSHPublicKey) throws(CryptoError) -> SSHVerifier? {
        guard key.kind.isEd25519 else { return try makeP256(key.point) }
        let raw = unsafe EVP_PKEY_new_raw_public_key_ex(nil, "ED25519", nil, key.point, key.point.count)
        return unsafe SSHVerifier(key: try require(raw, "EVP_PKEY_new_raw_public_key_ex"), digestName: nil)
    }

    private static func makeP256(_ encoded: [UInt8]) throws(CryptoError) -> SSHVerifier? {
        guard let point = try Point.read(uncompressed: encoded) else { return nil }
        let context = try unsafe require(EVP_PKEY_CTX_new_from_name(nil, "EC", nil), "EVP_PKEY_CTX_new_from_name")
        defer { unsafe EVP_PKEY_CTX_free(context) }
        try unsafe check(EVP_PKEY_fromdata_init(context), "EVP_PKEY_fromdata_init")
        var groupName = Array("prime256v1".utf8CString)
        var bytes = point.uncompressed
        var key: OpaquePointer?
        let result = unsafe groupName.withUnsafeMutableBufferPointer { groupName in
            unsafe bytes.withUnsafeMutableBytes { bytes in
                var parameters = unsafe [
                    OSSL_PARAM_construct_utf8_string(COpenSSLParameterGroup, groupName.baseAddress, 0),
                    OSSL_PARAM_construct_octet_string(COpenSSLParameterPublicKey, bytes.baseAddress, bytes.count),
                    OSSL_PARAM_construct_end(),
                ]
                return unsafe EVP_PKEY_fromdata(context, &key, COpenSSLSelectPublicKey, &parameters)
            }
        }
        try check(result, "EVP_PKEY_fromdata")
        return unsafe SSHVerifier(key: try require(key, "EVP_PKEY_fromdata"), digestName: "SHA256")
    }

    /// Whether the signature is this key's over the message: Ed25519 (RFC 8032), or ECDSA with SHA-256 (FIPS 186-5 §6.4).
    func verifies(_ signature: [UInt8], of message: [UInt8]) throws(CryptoError) -> Bool {
        let context = try unsafe require(EVP_MD_CTX_new(), "EVP_MD_CTX_new")
        defer { unsafe EVP_MD_CTX_free(context) }
        try unsafe check(
            EVP_DigestVerifyInit_ex(context, nil, digestName, nil, nil, key, nil),
            "EVP_DigestVerifyInit_ex"
        )
        let result = unsafe EVP_DigestVerify(context, signature, signature.count, message, message.count)
        // A signature that fails leaves errors in libcrypto's queue.
        ERR_clear_error()
        return result == 1
    }
}
