// SPDX-License-Identifier: Apache-2.0
import COpenSSL

/// HKDF-SHA256 (RFC 5869) with RFC 9180's labels (§4), inputs and outputs in the secure heap.
struct LabeledHKDF {
    /// `suite_id` of the KEM or of the whole suite.
    let suite: [UInt8]

    static let hashByteCount = 32

    /// An empty salt stands for one hash of zeros (RFC 5869 §2.2).
    static func noSalt() throws(CryptoError) -> Secret { try Secret(byteCount: hashByteCount) }

    /// `LabeledExtract(salt, label, ikm)`: 32 bytes.
    func extract(salt: borrowing Secret, label: StaticString, _ ikm: borrowing Secret) throws(CryptoError) -> Secret {
        let labeledKeyMaterial = try Secret(labeled(label, []), followedBy: ikm)
        return try Self.derive(.extract, key: labeledKeyMaterial, salt, byteCount: Self.hashByteCount)
    }

    /// `LabeledExpand(prk, label, info, L)`: `byteCount` bytes, at most 65,535.
    func expand(
        _ prk: borrowing Secret,
        label: StaticString,
        info: [UInt8],
        byteCount: Int
    ) throws(CryptoError) -> Secret {
        let length = [UInt8(byteCount >> 8), UInt8(byteCount & 255)]
        let labeledInfo = try Secret(copying: length + labeled(label, info))
        return try Self.derive(.expand, key: prk, labeledInfo, byteCount: byteCount)
    }

    private func labeled(_ label: StaticString, _ value: [UInt8]) -> [UInt8] {
        Array("HPKE-v1".utf8) + suite + Array(label.description.utf8) + value
    }

    private enum Step {
        case extract
        case expand
    }

    /// One step of libcrypto's HKDF; `value` is its salt or its info.
    private static func derive(
        _ step: Step,
        key: borrowing Secret,
        _ value: borrowing Secret,
        byteCount: Int
    ) throws(CryptoError) -> Secret {
        let algorithm = try unsafe require(EVP_KDF_fetch(nil, "HKDF", nil), "EVP_KDF_fetch")
        defer { unsafe EVP_KDF_free(algorithm) }
        let context = try unsafe require(EVP_KDF_CTX_new(algorithm), "EVP_KDF_CTX_new")
        defer {
            unsafe EVP_KDF_CTX_free(context)
            cleanseStack()
        }
        var derived = try Secret(byteCount: byteCount)
        let result = unsafe derived.withMutableBytes { output in
            unsafe key.withBytes { key in
                unsafe value.withBytes { value in
                    unsafe run(context, step, key: key, value, output)
                }
            }
        }
        try check(result, "EVP_KDF_derive")
        return derived
    }

    private static func run(
        _ context: OpaquePointer,
        _ step: Step,
        key: UnsafeRawBufferPointer,
        _ value: UnsafeRawBufferPointer,
        _ output: UnsafeMutableRawBufferPointer
    ) -> Int32 {
        var mode = step == .extract ? EVP_KDF_HKDF_MODE_EXTRACT_ONLY : EVP_KDF_HKDF_MODE_EXPAND_ONLY
        var digest = Array("SHA256".utf8CString)
        return unsafe withUnsafeMutablePointer(to: &mode) { mode in
            unsafe digest.withUnsafeMutableBufferPointer { digest in
                let parameters = unsafe [
                    OSSL_PARAM_construct_int(COpenSSLModeName, mode),
                    OSSL_PARAM_construct_utf8_string(COpenSSLDigestName, digest.baseAddress, 0),
                    OSSL_PARAM_construct_octet_string(
                        COpenSSLKeyName,
                        UnsafeMutableRawPointer(mutating: key.baseAddress),
                        key.count
                    ),
                    OSSL_PARAM_construct_octet_string(
                        step == .extract ? COpenSSLSaltName : COpenSSLInfoName,
                        UnsafeMutableRawPointer(mutating: value.baseAddress),
                        value.count
                    ),
                    OSSL_PARAM_construct_end(),
                ]
                let bytes = unsafe output.bindMemory(to: UInt8.self).baseAddress
                return unsafe EVP_KDF_derive(context, bytes, output.count, parameters)
            }
        }
    }
}
