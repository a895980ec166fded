// SPDX-License-Identifier: Apache-2.0
import COpenSSL

/// The curve of Ethereum's keys (SEC 2 §2.4.1), with the operations for signing and derivation, by libcrypto.
@safe struct Secp256k1: ~Copyable {
    /// The order of the base point, big-endian.
    static let order: [UInt8] =
        [UInt8](repeating: 0xFF, count: 15) + [
            0xFE, 0xBA, 0xAE, 0xDC, 0xE6, 0xAF, 0x48, 0xA0, 0x3B, 0xBF, 0xD2, 0x5E, 0x8C, 0xD0, 0x36, 0x41, 0x41,
        ]

    private let group: OpaquePointer
    private let context: OpaquePointer

    init() throws(LibcryptoError) {
        guard let group = unsafe EC_GROUP_new_by_curve_name(NID_secp256k1) else {
            throw LibcryptoError("EC_GROUP_new_by_curve_name")
        }
        guard let context = unsafe BN_CTX_new() else {
            unsafe EC_GROUP_free(group)
            throw LibcryptoError("BN_CTX_new")
        }
        unsafe self.group = unsafe group
        unsafe self.context = unsafe context
    }

    deinit {
        unsafe BN_CTX_free(context)
        unsafe EC_GROUP_free(group)
    }

    /// Whether 32 bytes are a number from 1 to the order less 1.
    static func isScalar(_ bytes: [UInt8]) -> Bool {
        bytes.count == 32 && bytes.contains { $0 != 0 } && bytes.lexicographicallyPrecedes(order)
    }

    /// Computes the affine coordinates of `scalar` times the base point.
    func multiplyBase(by scalar: [UInt8]) throws(LibcryptoError) -> (x: [UInt8], y: [UInt8]) {
        let scalar = try BigNumber(scalar)
        let x = try BigNumber()
        let y = try BigNumber()
        guard let point = unsafe EC_POINT_new(group) else { throw LibcryptoError("EC_POINT_new") }
        defer { unsafe EC_POINT_clear_free(point) }
        try unsafe check(EC_POINT_mul(group, point, scalar.pointer, nil, nil, context), "EC_POINT_mul")
        try unsafe check(
            EC_POINT_get_affine_coordinates(group, point, x.pointer, y.pointer, context),
            "EC_POINT_get_affine_coordinates"
        )
        return (try x.bytes(), try y.bytes())
    }

    /// Computes `value` modulo the order.
    func reduce(_ value: [UInt8]) throws(LibcryptoError) -> [UInt8] {
        let value = try BigNumber(value)
        let order = try BigNumber(Self.order)
        let result = try BigNumber()
        try unsafe check(BN_nnmod(result.pointer, value.pointer, order.pointer, context), "BN_nnmod")
        return try result.bytes()
    }

    /// Computes the sum modulo the order.
    func add(_ left: [UInt8], _ right: [UInt8]) throws(LibcryptoError) -> [UInt8] {
        let left = try BigNumber(left)
        let right = try BigNumber(right)
        let order = try BigNumber(Self.order)
        let sum = try BigNumber()
        let result = unsafe BN_mod_add(sum.pointer, left.pointer, right.pointer, order.pointer, context)
        try check(result, "BN_mod_add")
        return try sum.bytes()
    }

    /// Computes ECDSA's s (SEC 1 §4.1.3) for one nonce, in the lower half of the order, and whether it was negated for
    /// that.
    func s(
        digest: [UInt8],
        r: [UInt8],
        scalar: [UInt8],
        nonce: [UInt8]
    ) throws(LibcryptoError) -> (bytes: [UInt8], isNegated: Bool) {
        let order = try BigNumber(Self.order)
        let digest = try BigNumber(digest)
        let r = try BigNumber(r)
        let scalar = try BigNumber(scalar)
        let nonce = try BigNumber(nonce)
        let s = try BigNumber()
        let negative = try BigNumber()
        guard unsafe BN_mod_inverse(nonce.pointer, nonce.pointer, order.pointer, context) != nil else {
            throw LibcryptoError("BN_mod_inverse")
        }
        try unsafe check(BN_mod_mul(s.pointer, r.pointer, scalar.pointer, order.pointer, context), "BN_mod_mul")
        try unsafe check(BN_mod_add(s.pointer, s.pointer, digest.pointer, order.pointer, context), "BN_mod_add")
        try unsafe check(BN_mod_mul(s.pointer, s.pointer, nonce.pointer, order.pointer, context), "BN_mod_mul")
        try unsafe check(BN_sub(negative.pointer, order.pointer, s.pointer), "BN_sub")
        let isNegated = unsafe BN_cmp(negative.pointer, s.pointer) < 0
        return (isNegated ? try negative.bytes() : try s.bytes(), isNegated)
    }
}
