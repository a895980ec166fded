// SPDX-License-Identifier: Apache-2.0
import COpenSSL

/// HKDF-SHA256 (RFC 5869) with the labels of RFC 9180 §4. Inputs and outputs lie in the secure heap.
struct LabeledHKDF: ~Copyable {
    /// `suite_id`, of the KEM or of the whole suite.
    private let suite: [UInt8]
    private let hmac: HMAC

    init(suite: [UInt8]) throws(CryptoError) {
        self.suite = suite
        hmac = try HMAC.make()
    }

    static let hashByteCount = 32

    /// Makes the salt that an empty one stands for: as many zeros as a hash has bytes (RFC 5869 §2.2).
    static func noSalt() throws(CryptoError) -> Secret { try Secret(byteCount: hashByteCount) }

    /// Computes `LabeledExtract(salt, label, ikm)`: HMAC(salt, labeled ikm), 32 bytes (RFC 5869 §2.2).
    func extract(salt: borrowing Secret, label: StaticString, _ ikm: borrowing Secret) throws(CryptoError) -> Secret {
        try hmac.code(of: Secret(labeled(label, []), followedBy: ikm), key: salt)
    }

    /// Computes `LabeledExpand(prk, label, info, L)`: the first `byteCount` bytes of HMAC(prk, labeled info ‖ 1). This
    /// suite never asks for more than one hash, so there is no second block (RFC 5869 §2.3).
    ///
    /// - Precondition: `byteCount` is at most 32.
    func expand(
        _ prk: borrowing Secret,
        label: StaticString,
        info: [UInt8],
        byteCount: Int
    ) throws(CryptoError) -> Secret {
        precondition(byteCount <= Self.hashByteCount)
        let length = [UInt8(byteCount >> 8), UInt8(byteCount & 255)]
        let code = try hmac.code(of: Secret(copying: length + labeled(label, info) + [1]), key: prk)
        return try code.prefix(byteCount)
    }

    private func labeled(_ label: StaticString, _ value: [UInt8]) -> [UInt8] {
        Array("HPKE-v1".utf8) + suite + Array(label.description.utf8) + value
    }
}

/// HMAC-SHA256 (RFC 2104), which keeps its key in the secure heap. libcrypto's own HKDF would copy the salt, which in
/// one step is the shared secret, into its ordinary heap.
@safe private struct HMAC: ~Copyable {
    private let context: OpaquePointer

    /// Looked up once; threads may share it.
    nonisolated(unsafe) private static let algorithm = unsafe EVP_MAC_fetch(nil, "HMAC", nil)

    private init(context: OpaquePointer) { unsafe self.context = context }

    static func make() throws(CryptoError) -> HMAC {
        let algorithm = try unsafe require(algorithm, "EVP_MAC_fetch")
        let hmac = unsafe HMAC(context: try require(EVP_MAC_CTX_new(algorithm), "EVP_MAC_CTX_new"))
        let context = unsafe hmac.context
        var digest = Array("SHA256".utf8CString)
        let result = unsafe digest.withUnsafeMutableBufferPointer { digest in
            let parameters = unsafe [
                OSSL_PARAM_construct_utf8_string(COpenSSLParameterDigest, digest.baseAddress, 0),
                OSSL_PARAM_construct_end(),
            ]
            return unsafe EVP_MAC_CTX_set_params(context, parameters)
        }
        try check(result, "EVP_MAC_CTX_set_params")
        return hmac
    }

    deinit { unsafe EVP_MAC_CTX_free(context) }

    /// Computes the code of `message`, 32 bytes.
    func code(of message: borrowing Secret, key: borrowing Secret) throws(CryptoError) -> Secret {
        defer { cleanseStack() }
        let started = unsafe key.withBytes { key in
            unsafe EVP_MAC_init(context, key.bindMemory(to: UInt8.self).baseAddress, key.count, nil)
        }
        try check(started, "EVP_MAC_init")
        let updated = unsafe message.withBytes { message in
            unsafe EVP_MAC_update(context, message.bindMemory(to: UInt8.self).baseAddress, message.count)
        }
        try check(updated, "EVP_MAC_update")
        var code = try Secret(byteCount: LabeledHKDF.hashByteCount)
        var length = 0
        let finished = unsafe code.withMutableBytes { code in
            unsafe EVP_MAC_final(context, code.bindMemory(to: UInt8.self).baseAddress, &length, code.count)
        }
        try check(finished, "EVP_MAC_final")
        guard length == code.byteCount else { throw .failed(call: "EVP_MAC_final") }
        return code
    }
}
