// SPDX-License-Identifier: Apache-2.0
import COpenSSL

/// libcrypto's `EVP_PKEY` of one P-256 key.
@safe struct KeyHandle: ~Copyable {
    let key: OpaquePointer

    private init(key: OpaquePointer) { unsafe self.key = key }

    deinit { unsafe EVP_PKEY_free(key) }

    /// A public key. `publicPoint`: uncompressed, 65 bytes.
    static func make(publicPoint: [UInt8]) throws(CryptoError) -> KeyHandle {
        try unsafe make(publicPoint: publicPoint, littleEndianScalar: nil)
    }

    /// A key pair. `scalar`: 32 bytes, big-endian. libcrypto keeps the one copy that it makes in the secure heap.
    static func make(scalar: borrowing Secret, publicPoint: [UInt8]) throws(CryptoError) -> KeyHandle {
        var reversed = try Secret(byteCount: scalar.byteCount)
        unsafe reversed.withMutableBytes { target in
            unsafe scalar.withBytes { source in
                for index in source.indices { unsafe target[source.count - 1 - index] = source[index] }
            }
        }
        defer { cleanseStack() }
        return try unsafe reversed.withMutableBytes { bytes throws(CryptoError) in
            try unsafe make(publicPoint: publicPoint, littleEndianScalar: bytes)
        }
    }

    private static func make(
        publicPoint: [UInt8],
        littleEndianScalar: UnsafeMutableRawBufferPointer?
    ) throws(CryptoError) -> KeyHandle {
        let context = try unsafe require(EVP_PKEY_CTX_new_from_name(nil, "EC", nil), "EVP_PKEY_CTX_new_from_name")
        defer { unsafe EVP_PKEY_CTX_free(context) }
        try unsafe check(EVP_PKEY_fromdata_init(context), "EVP_PKEY_fromdata_init")
        var groupName = Array("prime256v1".utf8CString)
        var publicPoint = publicPoint
        var key: OpaquePointer?
        let result = unsafe groupName.withUnsafeMutableBufferPointer { groupName in
            unsafe publicPoint.withUnsafeMutableBytes { publicPoint in
                var parameters = unsafe [
                    OSSL_PARAM_construct_utf8_string(COpenSSLGroupName, groupName.baseAddress, 0),
                    OSSL_PARAM_construct_octet_string(
                        COpenSSLPublicKeyName,
                        publicPoint.baseAddress,
                        publicPoint.count
                    ),
                ]
                if let scalar = unsafe littleEndianScalar {
                    unsafe parameters.append(
                        OSSL_PARAM_construct_BN(
                            COpenSSLPrivateKeyName,
                            scalar.bindMemory(to: UInt8.self).baseAddress,
                            scalar.count
                        )
                    )
                }
                unsafe parameters.append(OSSL_PARAM_construct_end())
                let selection =
                    unsafe littleEndianScalar == nil ? COpenSSLSelectPublicKey : COpenSSLSelectKeyPair
                return unsafe EVP_PKEY_fromdata(context, &key, selection, &parameters)
            }
        }
        try check(result, "EVP_PKEY_fromdata")
        return unsafe KeyHandle(key: try require(key, "EVP_PKEY_fromdata"))
    }

    /// ECDH of this key pair with `peer`: 32 bytes.
    func derive(with peer: borrowing KeyHandle) throws(CryptoError) -> Secret {
        let context = try unsafe require(EVP_PKEY_CTX_new_from_pkey(nil, key, nil), "EVP_PKEY_CTX_new_from_pkey")
        defer {
            unsafe EVP_PKEY_CTX_free(context)
            cleanseStack()
        }
        try unsafe check(EVP_PKEY_derive_init(context), "EVP_PKEY_derive_init")
        try unsafe check(EVP_PKEY_derive_set_peer(context, peer.key), "EVP_PKEY_derive_set_peer")
        var shared = try Secret(byteCount: PrivateKey.scalarByteCount)
        var length = shared.byteCount
        let result = unsafe shared.withMutableBytes { bytes in
            unsafe EVP_PKEY_derive(context, bytes.bindMemory(to: UInt8.self).baseAddress, &length)
        }
        try check(result, "EVP_PKEY_derive")
        guard length == shared.byteCount else { throw .failed(call: "EVP_PKEY_derive") }
        return shared
    }
}
