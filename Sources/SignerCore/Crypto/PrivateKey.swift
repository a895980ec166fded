// SPDX-License-Identifier: Apache-2.0
import COpenSSL

/// A P-256 private key: the scalar in the secure heap, and libcrypto's key made from it, which is never read back.
@safe package struct PrivateKey: ~Copyable {
    /// The scalar, 32 bytes, big-endian, 1 ≤ scalar < n.
    private let scalar: Secret
    private let point: Point
    private let key: KeyHandle
    private let agreement = KeyAgreement()

    /// The public half, compressed.
    package let publicKey: PublicKey

    package static let scalarByteCount = 32

    /// Takes a scalar: 32 bytes, big-endian; nil unless 1 ≤ scalar < n.
    package static func make(scalar: consuming Secret) throws(CryptoError) -> PrivateKey? {
        let number = try SecureInteger.read(scalar)
        guard scalar.byteCount == scalarByteCount, try Group.contains(number) else { return nil }
        let point = try Point.multiplyGenerator(by: number)
        let key = try KeyHandle.make(scalar: scalar, publicPoint: point)
        return PrivateKey(scalar: scalar, point: point, key: key)
    }

    /// A new key from libcrypto's private generator: scalars are drawn until one is in 1…n−1 (FIPS 186-5 A.2.2).
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

    /// The public half in SEC 1's uncompressed form: 65 bytes, the first 4.
    package var uncompressedPublicKey: [UInt8] { point.uncompressed }

    /// Lends the scalar, 32 bytes, big-endian, for the length of `body`; it may not be kept.
    func withScalar(_ body: (UnsafeRawBufferPointer) -> Void) { unsafe scalar.withBytes(body) }

    /// A context that signs digests with this key; it holds a reference to libcrypto's key of its own.
    func makeSigner() throws(CryptoError) -> Signer { try Signer(key: key) }

    /// ECDH (SP 800-56A §5.7.1.2): the x-coordinate of scalar · `peer`, 32 bytes.
    func sharedSecret(with peer: Point) throws(CryptoError) -> Secret {
        try agreement.derive(key, with: peer)
    }
}
