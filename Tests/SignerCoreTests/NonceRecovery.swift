// SPDX-License-Identifier: Apache-2.0
import COpenSSL
import Crypto

@testable import SignerCore

/// Computes a signature's nonce back: k = (z + r · d) / s mod n. Who knows it has the private key, so who knows the key
/// knows it.
final class NonceRecovery {
    private let context: OpaquePointer
    private let order: OpaquePointer

    init() throws {
        context = try require(BN_CTX_secure_new(), "BN_CTX_secure_new")
        var number: OpaquePointer?
        BN_hex2bn(&number, SignerCoreTests.BundleTests.order.hexText)
        order = try require(number, "BN_hex2bn")
    }

    deinit {
        BN_free(order)
        BN_CTX_free(context)
    }

    /// The nonce in each form in which libcrypto works with it: itself, its inverse, and both in Montgomery's form; and what
    /// it multiplies by the inverse, which with the stamp gives the nonce away. All of the computing is done in the secure
    /// heap, and the stack is cleansed after it.
    func needles(for stamp: StampText, payload: [UInt8], scalar: Needle) throws -> [Needle] {
        defer { cleanseStack() }
        let d = try number(complement: scalar.complement)
        let k = try number([])
        let inverse = try number([])
        let (z, r, s) = try (number(Array(SHA256.hash(data: payload))), number(stamp.r), number(stamp.s))
        defer { for number in [d, k, inverse, z, r, s] { BN_clear_free(number) } }
        try check(BN_mod_mul(k, r, d, order, context), "BN_mod_mul")
        let product = try needle("r · d", k)
        try check(BN_mod_add(k, k, z, order, context), "BN_mod_add")
        let sum = try needle("z + r · d", k)
        _ = try require(BN_mod_inverse(inverse, s, order, context), "BN_mod_inverse")
        try check(BN_mod_mul(k, k, inverse, order, context), "BN_mod_mul")
        _ = try require(BN_mod_inverse(inverse, k, order, context), "BN_mod_inverse")
        try expectIsNonce(k, stamp)
        let nonces = try [needle("nonce", k), needle("inverse nonce", inverse)]
        for number in [k, inverse] { try check(BN_mod_lshift(number, number, 256, order, context), "BN_mod_lshift") }
        return try nonces + [product, sum] + [needle("nonce · 2²⁵⁶", k), needle("inverse nonce · 2²⁵⁶", inverse)]
    }

    /// r is the x-coordinate of k · G: without this, a wrong needle would never be found.
    private func expectIsNonce(_ k: OpaquePointer, _ stamp: StampText) throws {
        let point = try Point.multiplyGenerator(by: SecureInteger.read(secret(k)))
        guard Array(point.uncompressed[1...32]) == stamp.r else {
            throw ProcessMemory.Flaw(what: "this is not the nonce")
        }
    }

    private func number(_ bytes: [UInt8]) throws -> OpaquePointer {
        let number = try require(BN_secure_new(), "BN_secure_new")
        _ = try require(BN_bin2bn(bytes, Int32(bytes.count), number), "BN_bin2bn")
        return number
    }

    private func number(complement: [UInt8]) throws -> OpaquePointer {
        var secret = try Secret(byteCount: complement.count)
        secret.withMutableBytes { bytes in for index in bytes.indices { bytes[index] = ~complement[index] } }
        let number = try require(BN_secure_new(), "BN_secure_new")
        _ = try secret.withBytes { try require(BN_bin2bn($0.bytePointer, Int32($0.count), number), "BN_bin2bn") }
        return number
    }

    private func secret(_ number: OpaquePointer) throws -> Secret {
        var secret = try Secret(byteCount: 32)
        let count = secret.withMutableBytes { BN_bn2binpad(number, $0.bindMemory(to: UInt8.self).baseAddress, 32) }
        guard count == 32 else { throw CryptoError.failed(call: "BN_bn2binpad") }
        return secret
    }

    private func needle(_ name: String, _ number: OpaquePointer) throws -> Needle { try Needle(name, secret(number)) }
}
