// SPDX-License-Identifier: Apache-2.0
import COpenSSL

/// A point of P-256 that libcrypto has checked: it is on the curve and not the identity.
struct Point {
    /// The point in SEC 1's uncompressed form: 65 bytes, the first of them 4.
    let uncompressed: [UInt8]

    /// The point in compressed form, which names the credential that it is the public key of.
    var publicKey: PublicKey { PublicKey(uncompressed: uncompressed) }

    /// Reads SEC 1's compressed form: 33 bytes, the first of them 2 or 3, with x below p and on the curve. Nil for
    /// anything else.
    static func decompress(_ bytes: Span<UInt8>) throws(CryptoError) -> Point? {
        guard bytes.count == PublicKey.compressedByteCount, bytes[0] == 2 || bytes[0] == 3 else { return nil }
        return try read(bytes)
    }

    /// Reads SEC 1's uncompressed form: 65 bytes, the first 4, x and y below p, on the curve; nil for anything else.
    static func read(uncompressed bytes: [UInt8]) throws(CryptoError) -> Point? {
        guard bytes.count == PublicKey.uncompressedByteCount, bytes[0] == 4 else { return nil }
        return try read(bytes.span)
    }

    private static func read(_ bytes: Span<UInt8>) throws(CryptoError) -> Point? {
        let group = try unsafe Group.pointer()
        let point = try CurvePoint()
        let isOnCurve = unsafe bytes.withUnsafeBufferPointer { bytes in
            unsafe EC_POINT_oct2point(group, point.point, bytes.baseAddress, bytes.count, nil)
        }
        guard isOnCurve == 1 else {
            ERR_clear_error()
            return nil
        }
        return Point(uncompressed: try point.uncompressed())
    }

    /// Computes scalar · G in constant time, with every intermediate value in the secure heap.
    static func multiplyGenerator(by scalar: borrowing SecureInteger) throws(CryptoError) -> Point {
        let group = try unsafe Group.pointer()
        let point = try CurvePoint()
        let context = try unsafe require(BN_CTX_secure_new(), "BN_CTX_secure_new")
        defer {
            unsafe BN_CTX_free(context)
            cleanseStack()
        }
        try unsafe check(EC_POINT_mul(group, point.point, scalar.number, nil, nil, context), "EC_POINT_mul")
        return Point(uncompressed: try point.uncompressed())
    }
}

/// The group P-256 (FIPS 186-5, SP 800-186 §3.2.1.3).
enum Group {
    /// Made once, since making it takes longer than multiplying the generator. It never changes, so threads may share
    /// it.
    nonisolated(unsafe) private static let shared = unsafe EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1)

    fileprivate static func pointer() throws(CryptoError) -> OpaquePointer {
        try unsafe require(shared, "EC_GROUP_new_by_curve_name")
    }

    /// Whether 1 ≤ `scalar` < n.
    static func contains(_ scalar: borrowing SecureInteger) throws(CryptoError) -> Bool {
        let order = try unsafe require(EC_GROUP_get0_order(pointer()), "EC_GROUP_get0_order")
        return unsafe BN_is_zero(scalar.number) == 0 && BN_cmp(scalar.number, order) < 0
    }
}

/// A point as libcrypto's `EC_POINT`.
@safe private struct CurvePoint: ~Copyable {
    let point: OpaquePointer

    init() throws(CryptoError) {
        unsafe point = try require(EC_POINT_new(Group.pointer()), "EC_POINT_new")
    }

    deinit { unsafe EC_POINT_free(point) }

    /// Returns SEC 1's uncompressed form, 65 bytes. Called once for each point, because it takes an inversion in the
    /// field.
    func uncompressed() throws(CryptoError) -> [UInt8] {
        let (group, byteCount) = unsafe (try Group.pointer(), PublicKey.uncompressedByteCount)
        var bytes = [UInt8](repeating: 0, count: byteCount)
        guard
            unsafe EC_POINT_point2oct(group, point, POINT_CONVERSION_UNCOMPRESSED, &bytes, byteCount, nil) == byteCount
        else {
            ERR_clear_error()
            throw .failed(call: "EC_POINT_point2oct")
        }
        return bytes
    }
}

/// A big number of libcrypto whose limbs lie in the secure heap and are wiped at its end.
@safe struct SecureInteger: ~Copyable {
    fileprivate let number: OpaquePointer

    private init() throws(CryptoError) {
        unsafe number = try require(BN_secure_new(), "BN_secure_new")
    }

    deinit { unsafe BN_clear_free(number) }

    /// Reads a number from big-endian bytes.
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
