// SPDX-License-Identifier: Apache-2.0
import COpenSSL

/// ECDH (SP 800-56A §5.7.1.2) with one key pair. libcrypto's context and its object for the peer's key are made at the
/// first use and reused.
@safe final class KeyAgreement {
    private var context: OpaquePointer?
    private var peer: OpaquePointer?

    deinit {
        unsafe EVP_PKEY_CTX_free(context)
        unsafe EVP_PKEY_free(peer)
    }

    /// Computes the secret that the key shares with a peer's point.
    ///
    /// libcrypto is told not to validate the point again: it is known to be on the curve, and the cofactor of P-256 is
    /// 1. A multiplication by the group's order would prove no more, and would cost more than everything else here.
    ///
    /// - Parameters:
    ///   - key: The key pair, the same one at each call.
    ///   - point: The peer's public key.
    /// - Returns: The x-coordinate of scalar · `point`, 32 bytes.
    /// - Throws: `CryptoError`.
    func derive(_ key: borrowing KeyHandle, with point: Point) throws(CryptoError) -> Secret {
        let (context, peer) = unsafe (try makeContext(key), try makePeer(key))
        defer { cleanseStack() }
        let encoded = point.uncompressed
        let result = unsafe EVP_PKEY_set1_encoded_public_key(peer, encoded, encoded.count)
        try check(result, "EVP_PKEY_set1_encoded_public_key")
        try unsafe check(EVP_PKEY_derive_set_peer_ex(context, peer, 0), "EVP_PKEY_derive_set_peer_ex")
        var shared = try Secret(byteCount: PrivateKey.scalarByteCount)
        var length = shared.byteCount
        let derived = unsafe shared.withMutableBytes { bytes in
            unsafe EVP_PKEY_derive(context, bytes.bindMemory(to: UInt8.self).baseAddress, &length)
        }
        try check(derived, "EVP_PKEY_derive")
        guard length == shared.byteCount else { throw .failed(call: "EVP_PKEY_derive") }
        return shared
    }

    private func makeContext(_ key: borrowing KeyHandle) throws(CryptoError) -> OpaquePointer {
        if let context = unsafe context { return unsafe context }
        let made = try unsafe require(EVP_PKEY_CTX_new_from_pkey(nil, key.key, nil), "EVP_PKEY_CTX_new_from_pkey")
        guard unsafe EVP_PKEY_derive_init(made) == 1 else {
            unsafe EVP_PKEY_CTX_free(made)
            ERR_clear_error()
            throw .failed(call: "EVP_PKEY_derive_init")
        }
        unsafe context = made
        return unsafe made
    }

    /// Makes an object for the peer's key by copying this key's group, which `EVP_PKEY_fromdata` would make anew. Its
    /// point is set later.
    private func makePeer(_ key: borrowing KeyHandle) throws(CryptoError) -> OpaquePointer {
        if let peer = unsafe peer { return unsafe peer }
        let made = try unsafe require(EVP_PKEY_new(), "EVP_PKEY_new")
        guard unsafe EVP_PKEY_copy_parameters(made, key.key) == 1 else {
            unsafe EVP_PKEY_free(made)
            ERR_clear_error()
            throw .failed(call: "EVP_PKEY_copy_parameters")
        }
        unsafe peer = made
        return unsafe made
    }
}
