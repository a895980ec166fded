// SPDX-License-Identifier: Apache-2.0
import COpenSSL

/// A P-256 private key: the scalar in the secure heap, and libcrypto's key, which is made from it and never read back.
@safe package struct PrivateKey: ~Copyable {
    /// The scalar, 32 bytes, big-endian, 1 ≤ scalar < n.
    private let scalar: Secret
    private let point: Point
    private let key: KeyHandle
    private let agreement = KeyAgreement()

    /// The public key, compressed.
    package let publicKey: PublicKey

    /// The length of a scalar: 32 bytes.
    package static let scalarByteCount = 32

    /// Makes a key from its scalar: 32 bytes, big-endian. Nil unless 1 ≤ scalar < n.
    ///
    /// - Throws: `CryptoError`.
    package static func make(scalar: consuming Secret) throws(CryptoError) -> PrivateKey? {
        let number = try SecureInteger.read(scalar)
        guard scalar.byteCount == scalarByteCount, try Group.contains(number) else { return nil }
        let point = try Point.multiplyGenerator(by: number)
        let key = try KeyHandle.make(scalar: scalar, publicPoint: point)
        return PrivateKey(scalar: scalar, point: point, key: key)
    }

    /// Makes a new key: draws scalars from libcrypto's generator for private values until one is in 1…n−1 (FIPS 186-5
    /// A.2.2).
    ///
    /// - Throws: `CryptoError`.
    package static func generate() throws(CryptoError) -> PrivateKey {
        while true {
            var scalar = try Secret(byteCount: scalarByteCount)
            let isFilled = unsafe scalar.withMutableBytes { bytes in
                unsafe RAND_priv_bytes(bytes.bindMemory(to: UInt8.self).baseAddress, Int32(bytes.count))
            }
            cleanseStack()
            try check(isFilled, "RAND_priv_bytes")
            if let key = try make(scalar: scalar) { return key }
        }
    }

    private init(scalar: consuming Secret, point: Point, key: consuming KeyHandle) {
        self.scalar = scalar
        publicKey = point.publicKey
        self.point = point
        self.key = key
    }

    /// The public key in SEC 1's uncompressed form: 65 bytes, the first of them 4.
    package var uncompressedPublicKey: [UInt8] { point.uncompressed }

    /// Lends the scalar, 32 bytes, big-endian, to `body`, which must not keep it.
    func withScalar(_ body: (UnsafeRawBufferPointer) -> Void) { unsafe scalar.withBytes(body) }

    /// Makes a context that signs digests with this key. It holds its own reference to libcrypto's key.
    func makeSigner() throws(CryptoError) -> Signer { try Signer(key: key) }

    /// Computes the ECDH secret (SP 800-56A §5.7.1.2): the x-coordinate of scalar · `peer`, 32 bytes.
    func sharedSecret(with peer: Point) throws(CryptoError) -> Secret {
        try agreement.derive(key, with: peer)
    }
}
