// SPDX-License-Identifier: Apache-2.0
import COpenSSL

/// AES-256-GCM, opening only (SP 800-38D §7.2).
enum GCM {
    /// Decrypts and authenticates one message.
    ///
    /// - Parameters:
    ///   - ciphertext: The encrypted bytes, followed by the tag of 16 bytes.
    ///   - key: 32 bytes.
    ///   - nonce: 12 bytes.
    ///   - aad: The additional data that the tag authenticates.
    /// - Returns: The plaintext; nil where the tag is wrong, and then no byte of it is kept.
    /// - Throws: `CryptoError`.
    static func open(
        _ ciphertext: Span<UInt8>,
        key: borrowing Secret,
        nonce: borrowing Secret,
        aad: [UInt8]
    ) throws(CryptoError) -> Secret? {
        let plaintextByteCount = ciphertext.count - HPKE.tagByteCount
        guard plaintextByteCount >= 0 else { return nil }
        let context = try unsafe require(EVP_CIPHER_CTX_new(), "EVP_CIPHER_CTX_new")
        defer {
            unsafe EVP_CIPHER_CTX_free(context)
            cleanseStack()
        }
        let initialised = unsafe key.withBytes { key in
            unsafe nonce.withBytes { nonce in
                unsafe EVP_DecryptInit_ex2(context, EVP_aes_256_gcm(), bytes(key), bytes(nonce), nil)
            }
        }
        try check(initialised, "EVP_DecryptInit_ex2")
        var byteCount: Int32 = 0
        try unsafe check(EVP_DecryptUpdate(context, nil, &byteCount, aad, Int32(aad.count)), "EVP_DecryptUpdate")
        var plaintext = try Secret(byteCount: plaintextByteCount)
        let isAuthentic = try unsafe ciphertext.withUnsafeBufferPointer { ciphertext throws(CryptoError) in
            try unsafe plaintext.withMutableBytes { plaintext throws(CryptoError) in
                let output = unsafe plaintext.bindMemory(to: UInt8.self).baseAddress
                try unsafe check(
                    EVP_DecryptUpdate(context, output, &byteCount, ciphertext.baseAddress, Int32(plaintextByteCount)),
                    "EVP_DecryptUpdate"
                )
                guard Int(byteCount) == plaintextByteCount else { throw CryptoError.failed(call: "EVP_DecryptUpdate") }
                var tag = unsafe Array(ciphertext[plaintextByteCount...])
                try unsafe check(
                    EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, Int32(tag.count), &tag),
                    "EVP_CIPHER_CTX_ctrl"
                )
                return unsafe EVP_DecryptFinal_ex(context, output, &byteCount) == 1
            }
        }
        guard isAuthentic else {
            ERR_clear_error()
            return nil
        }
        return plaintext
    }

    private static func bytes(_ buffer: UnsafeRawBufferPointer) -> UnsafePointer<UInt8>? {
        unsafe buffer.bindMemory(to: UInt8.self).baseAddress
    }
}
