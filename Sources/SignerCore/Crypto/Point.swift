// SPDX-License-Identifier: Apache-2.0
import COpenSSL

/// A point of P-256 that libcrypto has checked: on the curve and not the identity.
@safe struct Point: ~Copyable {
    private let group: Group
    private let point: OpaquePointer

    private init() throws(CryptoError) {
        let group = try Group()
        unsafe point = try group.makePoint()
        self.group = group
    }

    deinit { unsafe EC_POINT_free(point) }

    /// Reads SEC 1's compressed form: 33 bytes, the first 2 or 3, x below p and on the curve; nil for anything else.
    static func decompress(_ bytes: Span<UInt8>) throws(CryptoError) -> Point? {
        guard bytes.count == PublicKey.compressedByteCount, bytes[0] == 2 || bytes[0] == 3 else { return nil }
        let result = try Point()
        let isOnCurve = unsafe bytes.withUnsafeBufferPointer { bytes in
            unsafe EC_POINT_oct2point(result.group.group, result.point, bytes.baseAddress, bytes.count, nil)
        }
        guard isOnCurve == 1 else {
            ERR_clear_error()
            return nil
        }
        return result
    }

    /// scalar · G, in constant time, with every intermediate in the secure heap.
    static func multiplyGenerator(by scalar: borrowing SecureInteger) throws(CryptoError) -> Point {
        let result = try Point()
        let context = try unsafe require(BN_CTX_secure_new(), "BN_CTX_secure_new")
        defer {
            unsafe BN_CTX_free(context)
            cleanseStack()
        }
        try unsafe check(
            EC_POINT_mul(result.group.group, result.point, scalar.number, nil, nil, context),
            "EC_POINT_mul"
        )
        return result
    }

    /// SEC 1's compressed form, 33 bytes.
    func publicKey() throws(CryptoError) -> PublicKey {
        let bytes = try encoded(POINT_CONVERSION_COMPRESSED, byteCount: PublicKey.compressedByteCount)
        return unsafe bytes.withUnsafeBytes { unsafe PublicKey(compressed: $0) }
    }

    /// SEC 1's uncompressed form, 65 bytes, the first 4.
    func uncompressed() throws(CryptoError) -> [UInt8] {
        try encoded(POINT_CONVERSION_UNCOMPRESSED, byteCount: PublicKey.uncompressedByteCount)
    }

    private func encoded(_ form: point_conversion_form_t, byteCount: Int) throws(CryptoError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: byteCount)
        guard unsafe EC_POINT_point2oct(group.group, point, form, &bytes, byteCount, nil) == byteCount else {
            ERR_clear_error()
            throw .failed(call: "EC_POINT_point2oct")
        }
        return bytes
    }
}

/// The group P-256 (FIPS 186-5, SP 800-186 §3.2.1.3).
@safe struct Group: ~Copyable {
    fileprivate let group: OpaquePointer

    init() throws(CryptoError) {
        unsafe group = try require(EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1), "EC_GROUP_new_by_curve_name")
    }

    deinit { unsafe EC_GROUP_free(group) }

    /// Whether 1 ≤ `scalar` < n.
    func contains(_ scalar: borrowing SecureInteger) throws(CryptoError) -> Bool {
        let order = try unsafe require(EC_GROUP_get0_order(group), "EC_GROUP_get0_order")
        return unsafe BN_is_zero(scalar.number) == 0 && BN_cmp(scalar.number, order) < 0
    }

    fileprivate func makePoint() throws(CryptoError) -> OpaquePointer {
        try unsafe require(EC_POINT_new(group), "EC_POINT_new")
    }
}

/// A number of libcrypto whose limbs lie in the secure heap and are wiped when it ends.
@safe struct SecureInteger: ~Copyable {
    fileprivate let number: OpaquePointer

    private init() throws(CryptoError) {
        unsafe number = try require(BN_secure_new(), "BN_secure_new")
    }

    deinit { unsafe BN_clear_free(number) }

    /// Reads big-endian bytes.
    static func read(_ secret: borrowing Secret) throws(CryptoError) -> SecureInteger {
        let result = try SecureInteger()
        unsafe BN_set_flags(result.number, BN_FLG_CONSTTIME)
        let number = unsafe secret.withBytes { bytes in
            unsafe BN_bin2bn(bytes.bindMemory(to: UInt8.self).baseAddress, Int32(bytes.count), result.number)
        }
        _ = try unsafe require(number, "BN_bin2bn")
        return result
    }
}
