// SPDX-License-Identifier: Apache-2.0
import COpenSSL

/// One P-256 key as libcrypto's `EVP_PKEY`.
@safe struct KeyHandle: ~Copyable {
    let key: OpaquePointer

    private init(key: OpaquePointer) { unsafe self.key = key }

    deinit { unsafe EVP_PKEY_free(key) }

    /// Makes a key pair from its scalar, 32 bytes, big-endian. libcrypto makes one copy of the scalar, in the secure
    /// heap.
    static func make(scalar: borrowing Secret, publicPoint: Point) throws(CryptoError) -> KeyHandle {
        var reversed = try Secret(byteCount: scalar.byteCount)
        unsafe reversed.withMutableBytes { target in
            unsafe scalar.withBytes { source in
                for index in source.indices { unsafe target[source.count - 1 - index] = source[index] }
            }
        }
        defer { cleanseStack() }
        return try unsafe reversed.withMutableBytes { bytes throws(CryptoError) in
            try unsafe make(littleEndianScalar: bytes, publicPoint: publicPoint)
        }
    }

    private static func make(
        littleEndianScalar scalar: UnsafeMutableRawBufferPointer,
        publicPoint: Point
    ) throws(CryptoError) -> KeyHandle {
        let context = try unsafe require(EVP_PKEY_CTX_new_from_name(nil, "EC", nil), "EVP_PKEY_CTX_new_from_name")
        defer { unsafe EVP_PKEY_CTX_free(context) }
        try unsafe check(EVP_PKEY_fromdata_init(context), "EVP_PKEY_fromdata_init")
        var groupName = Array("prime256v1".utf8CString)
        var publicPoint = publicPoint.uncompressed
        var key: OpaquePointer?
        let result = unsafe groupName.withUnsafeMutableBufferPointer { groupName in
            unsafe publicPoint.withUnsafeMutableBytes { publicPoint in
                var parameters = unsafe [
                    OSSL_PARAM_construct_utf8_string(COpenSSLParameterGroup, groupName.baseAddress, 0),
                    OSSL_PARAM_construct_octet_string(
                        COpenSSLParameterPublicKey,
                        publicPoint.baseAddress,
                        publicPoint.count
                    ),
                    OSSL_PARAM_construct_BN(
                        COpenSSLParameterPrivateKey,
                        scalar.bindMemory(to: UInt8.self).baseAddress,
                        scalar.count
                    ),
                    OSSL_PARAM_construct_end(),
                ]
                return unsafe EVP_PKEY_fromdata(context, &key, COpenSSLSelectKeyPair, &parameters)
            }
        }
        try check(result, "EVP_PKEY_fromdata")
        return unsafe KeyHandle(key: try require(key, "EVP_PKEY_fromdata"))
    }
}
