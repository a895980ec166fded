// SPDX-License-Identifier: Apache-2.0

/// A secp256k1 key pair of the sandbox. It protects nothing, so it is a plain value.
struct SigningKey: Sendable {
    /// 32 bytes, big-endian.
    let scalar: [UInt8]
    let publicKey: PublicKey

    /// A point of the curve.
    struct PublicKey: Sendable, Hashable {
        /// 32 bytes each.
        let x: [UInt8]
        let y: [UInt8]

        /// 33 bytes (SEC 1 §2.3.3).
        var compressed: [UInt8] { [y[31] & 1 == 0 ? 0x02 : 0x03] + x }
        /// 65 bytes.
        var uncompressed: [UInt8] { [0x04] + x + y }
    }

    /// ECDSA's r and s, and which of the four points with that r was the nonce's.
    struct Signature: Sendable, Hashable {
        /// 32 bytes each; s is in the lower half of the order.
        let r: [UInt8]
        let s: [UInt8]
        /// 0 or 1 for the parity of y; plus 2 if x is beyond the order.
        let recoveryId: UInt8
    }

    /// Takes a scalar; `nil` for 0, and for the order or more.
    init?(scalar: [UInt8]) throws(LibcryptoError) {
        guard Secp256k1.isScalar(scalar) else { return nil }
        let curve = try Secp256k1()
        let (x, y) = try curve.multiplyBase(by: scalar)
        self.scalar = scalar
        publicKey = PublicKey(x: x, y: y)
    }

    /// Signs 32 bytes, usually a hash, with the nonce of RFC 6979 with SHA-256, so that the same bytes always give the
    /// same signature.
    func sign(_ digest: [UInt8]) throws(LibcryptoError) -> Signature {
        let curve = try Secp256k1()
        let digest = try curve.reduce(digest)
        var nonces = DeterministicNonces(scalar: scalar, digest: digest)
        while true {
            let nonce = nonces.next()
            let (x, y) = try curve.multiplyBase(by: nonce)
            let r = try curve.reduce(x)
            let (s, isNegated) = try curve.s(digest: digest, r: r, scalar: scalar, nonce: nonce)
            guard Secp256k1.isScalar(r), Secp256k1.isScalar(s) else { continue }
            let parity = (y[31] & 1) ^ (isNegated ? 1 : 0)
            return Signature(r: r, s: s, recoveryId: parity | (r == x ? 0 : 2))
        }
    }
}
