// SPDX-License-Identifier: Apache-2.0
import COpenSSL

/// libcrypto's `EVP_PKEY` of one P-256 key.
@safe struct KeyHandle: ~Copyable {
    let key: OpaquePointer

    private init(key: OpaquePointer) { unsafe self.key = key }

    deinit { unsafe EVP_PKEY_free(key) }

    /// A key pair. `scalar`: 32 bytes, big-endian. libcrypto keeps the one copy that it makes in the secure heap.
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

    /// A public key with this key's group, which `EVP_PKEY_fromdata` would make anew.
    private func makePeer(_ point: Point) throws(CryptoError) -> KeyHandle {
        let peer = try unsafe KeyHandle(key: require(EVP_PKEY_new(), "EVP_PKEY_new"))
        try unsafe check(EVP_PKEY_copy_parameters(peer.key, key), "EVP_PKEY_copy_parameters")
        let encoded = point.uncompressed
        let result = unsafe EVP_PKEY_set1_encoded_public_key(peer.key, encoded, encoded.count)
        try check(result, "EVP_PKEY_set1_encoded_public_key")
        return peer
    }

    /// ECDH of this key pair with a checked point: 32 bytes. libcrypto need not validate it once more: that it is on the
    /// curve is known, and the cofactor of P-256 is 1. A multiplication by the group's order would prove no more, and costs
    /// more than everything else.
    func derive(with point: Point) throws(CryptoError) -> Secret {
        let peer = try makePeer(point)
        let context = try unsafe require(EVP_PKEY_CTX_new_from_pkey(nil, key, nil), "EVP_PKEY_CTX_new_from_pkey")
        defer {
            unsafe EVP_PKEY_CTX_free(context)
            cleanseStack()
        }
        try unsafe check(EVP_PKEY_derive_init(context), "EVP_PKEY_derive_init")
        try unsafe check(EVP_PKEY_derive_set_peer_ex(context, peer.key, 0), "EVP_PKEY_derive_set_peer_ex")
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
