// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation

/// A private key with the chain code from which its children are derived (BIP-32).
struct ExtendedKey: Sendable {
    let key: SigningKey
    /// 32 bytes.
    let chainCode: [UInt8]

    private init?(scalar: [UInt8], chainCode: [UInt8]) throws(LibcryptoError) {
        guard let key = try SigningKey(scalar: scalar) else { return nil }
        self.key = key
        self.chainCode = chainCode
    }

    /// Derives the master key of a seed of 16 to 64 bytes; `nil` for one seed in 2¹²⁷, which has none.
    init?(seed: [UInt8]) throws(LibcryptoError) {
        let both = Self.mac(Array("Bitcoin seed".utf8), seed)
        try self.init(scalar: Array(both.prefix(32)), chainCode: Array(both.suffix(32)))
    }

    /// Derives the key at the end of a path; `nil` for one path in 2¹²⁷, which has none.
    func derive(_ path: DerivationPath) throws(LibcryptoError) -> ExtendedKey? {
        var key = self
        for step in path.steps {
            guard let child = try key.child(step) else { return nil }
            key = child
        }
        return key
    }

    /// Derives a child: BIP-32's CKDpriv.
    private func child(_ step: UInt32) throws(LibcryptoError) -> ExtendedKey? {
        let parent = step & DerivationPath.hardened == 0 ? key.publicKey.compressed : [0] + key.scalar
        let index = (0..<4).reversed().map { UInt8(truncatingIfNeeded: step >> ($0 * 8)) }
        let both = Self.mac(chainCode, parent + index)
        let tweak = Array(both.prefix(32))
        guard tweak.lexicographicallyPrecedes(Secp256k1.order) else { return nil }
        let scalar = try Secp256k1().add(tweak, key.scalar)
        return try ExtendedKey(scalar: scalar, chainCode: Array(both.suffix(32)))
    }

    private static func mac(_ key: [UInt8], _ message: [UInt8]) -> [UInt8] {
        Array(HMAC<SHA512>.authenticationCode(for: message, using: SymmetricKey(data: key)))
    }
}
